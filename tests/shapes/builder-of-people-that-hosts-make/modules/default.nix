{ inputs, lib, system, ... }:
{
  imports = [ inputs.wallpapers.nixosModules.default ];
}
// lib.optionalAttrs (system == "x86_64-linux") {
  services.wallpapers = {
    enable = true;
    user = "anna";
  };
}
