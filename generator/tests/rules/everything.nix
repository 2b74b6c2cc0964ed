# Most of what real files do, at once.
let
  inherit (builtins) attrNames attrValues concatMap filter listToAttrs map pathExists readDir readFile;
  lib = rec {
    flatten = builtins.concatLists;
    unique = builtins.foldl' (acc: x: if builtins.elem x acc then acc else acc ++ [ x ]) [ ];
    hasSuffix = suffix: text:
      let
        length = builtins.stringLength text;
        from = length - builtins.stringLength suffix;
      in
      from >= 0 && builtins.substring from length text == suffix;
  };
  people = with import ./lib/keys.nix; users;
  hosts = filter (name: pathExists (./hosts + "/${name}/host.pub")) (attrNames (readDir ./hosts));
  hostKey = name: readFile (./hosts + "/${name}/host.pub");
  admins = attrValues people;
  secretsOf = host: [ "host-key" "password" ];
  rules = concatMap (host: map (secret: {
    name = "secrets/${host}-${secret}.age";
    value = { publicKeys = lib.unique (admins ++ [ (hostKey host) ] ++ admins); armor = lib.hasSuffix "key" secret; };
  }) (secretsOf host)) hosts;
in
listToAttrs rules // {
  "secrets/shared.age".publicKeys = lib.flatten [ admins (map hostKey hosts) ];
}
