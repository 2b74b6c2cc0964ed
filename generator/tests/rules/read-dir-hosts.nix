let
  admins = [ (builtins.readFile ./keys/alice.pub) ];
  hosts = builtins.readDir ./hosts;
  isHost = name: hosts.${name} == "directory";
  names = builtins.filter isHost (builtins.attrNames hosts);
  rule = name: {
    name = "hosts/${name}/secret.age";
    value.publicKeys = admins ++ [ (builtins.readFile (./hosts + "/${name}/host.pub")) ];
  };
in
builtins.listToAttrs (map rule names)
