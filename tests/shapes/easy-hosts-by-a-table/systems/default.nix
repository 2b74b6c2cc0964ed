{ inputs, ... }:
{
  imports = [ inputs.easy-hosts.flakeModule ];
  systems = [ "x86_64-linux" ];
  easy-hosts = {
    shared.modules = [ ../common.nix ];
    hosts = {
      tower = {
        arch = "x86_64";
        class = "nixos";
      };
      laptop = {
        arch = "x86_64";
        class = "nixos";
      };
      mini = {
        arch = "aarch64";
        class = "darwin";
      };
    };
  };
}
