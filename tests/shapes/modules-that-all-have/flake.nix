{
  outputs =
    { nixpkgs, disko, ... }@inputs:
    let
      baseline = [ ./baseline.nix ];
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            disko.nixosModules.disko
            inputs.hardware.nixosModules.common-cpu-amd
            ./hosts/tower
          ]
          ++ baseline;
        };
        laptop = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            disko.nixosModules.disko
            ./hosts/laptop
            { services.upower.enable = true; }
          ]
          ++ baseline;
        };
        board = nixpkgs.lib.nixosSystem {
          system = "aarch64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/board ];
        };
        installer = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ "${nixpkgs}/nixos/modules/installer/cd-dvd/installation-cd-minimal.nix" ];
        };
      };
    };
}
