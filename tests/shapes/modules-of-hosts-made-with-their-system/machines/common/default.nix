{
  flake.nixosModules.common =
    { pkgs, ... }:
    {
      services.openssh.enable = true;
      environment.systemPackages = [ pkgs.git ];
    };
}
