{
  config,
  lib,
  nixos-wsl,
  ...
}:
{
  imports = [ nixos-wsl.nixosModules.default ];
  config = lib.mkIf config.wsl.enable {
    wsl.defaultUser = "ann";
  };
}
