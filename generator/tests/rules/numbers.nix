let
  count = 3;
  key = n: "ssh-ed25519 AAAAnode${toString n}";
in
builtins.listToAttrs (
  builtins.genList (i: {
    name = "node-${toString (i + 1)}.age";
    value = { publicKeys = [ (key (count - i)) (key (i * 2)) ]; armor = i / 2 == 1; };
  }) count
)
