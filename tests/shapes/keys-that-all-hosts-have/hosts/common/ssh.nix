{ lib, outputs, ... }:
let
  hosts = lib.attrNames outputs.nixosConfigurations;
in
{
  programs.ssh.knownHosts = lib.genAttrs hosts (name: {
    publicKeyFile = ../${name}/host_key.pub;
  });
}
