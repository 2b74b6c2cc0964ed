{
  config,
  helpers,
  lib,
  outputs,
  ...
}:
let
  hosts = lib.attrNames outputs.nixosConfigurations;
in
{
  programs.ssh.knownHosts = lib.genAttrs (lib.remove config.networking.hostName hosts) (name: {
    publicKeyFile = helpers.fromRoot "hosts/${name}/host_key.pub";
  });
}
