let
  type = "ssh-ed25519";
  blob = "AAAAC3NzaC1lZDI1NTE5AAAAIMadeUp";
  key = comment: "${type} ${blob} ${comment}";
  trim = builtins.replaceStrings [ "\n" ] [ "" ];
in
{
  "a.age".publicKeys = [ (key "alice@laptop") (type + " " + blob) ];
  "b.age".publicKeys = [ (trim (builtins.readFile ./keys/alice.pub)) ];
  "c.age".publicKeys = [ (builtins.concatStringsSep " " [ type blob "carol" ]) ];
}
