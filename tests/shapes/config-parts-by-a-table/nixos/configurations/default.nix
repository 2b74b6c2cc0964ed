{ inputs, ... }:
{
  imports = [ inputs.config-parts.flakeModules.nixos ];
  config-parts.nixos = {
    modules.shared = [ ../common.nix ];
    configurations = {
      tower.system = "x86_64-linux";
      laptop.system = "x86_64-linux";
      board.system = "aarch64-linux";
    };
  };
}
