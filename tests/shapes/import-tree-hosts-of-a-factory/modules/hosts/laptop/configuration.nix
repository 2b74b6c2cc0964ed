{
  flake.modules.nixos.laptop =
    { pkgs, ... }:
    {
      environment.systemPackages = [ pkgs.hello ];
    };
}
