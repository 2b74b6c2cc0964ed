{ inputs, ... }:
{
  imports = [ inputs.wallpapers.nixosModules.default ];

  services.wallpapers = {
    enable = true;
    user = "anna";
  };
}
