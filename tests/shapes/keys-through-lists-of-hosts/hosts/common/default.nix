{ lib, outputs, ... }:
let
  names = builtins.attrNames outputs.nixosConfigurations;
  machines = builtins.filter (name: name != "installer") (
    map (name: builtins.head (lib.splitString "." name)) names
  );
in
{
  programs.ssh.knownHosts = lib.genAttrs machines (name: {
    publicKeyFile = ../${name}/host.pub;
  });
}
