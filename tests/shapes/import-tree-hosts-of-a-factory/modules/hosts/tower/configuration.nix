{
  flake.modules.nixos.tower =
    { pkgs, ... }:
    {
      environment.systemPackages = [ pkgs.hello ];
    };
}
