{
  flake.modules.nixos.base =
    { pkgs, ... }:
    {
      environment.systemPackages = [ pkgs.fish ];
    };
  flake.modules.nixos.desktop = {
    services.xserver.enable = true;
  };
}
