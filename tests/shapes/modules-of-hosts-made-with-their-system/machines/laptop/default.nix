{ inputs, withSystem, ... }:
let
  machine = {
    networking.hostName = "laptop";
    system.stateVersion = "25.05";
  };
in
{
  flake.nixosConfigurations.laptop = withSystem "x86_64-linux" (
    { pkgs, system, ... }:
    inputs.nixpkgs.lib.nixosSystem {
      inherit pkgs system;
      specialArgs = { inherit inputs; };
      modules = [
        machine
        inputs.disko.nixosModules.disko
        inputs.self.nixosModules.common
        ./hardware-configuration.nix
      ];
    }
  );
}
