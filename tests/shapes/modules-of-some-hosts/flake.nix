{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        modules:
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = modules ++ [ ./common.nix ];
        };
    in
    {
      nixosConfigurations = {
        office = mkHost [
          inputs.wsl.nixosModules.default
          ./hosts/office
        ];

        studio = mkHost [
          inputs.wsl.nixosModules.default
          ./hosts/studio
        ];

        tower = mkHost [
          inputs.hardware.nixosModules.common-cpu-amd
          inputs.hardware.nixosModules.common-pc-ssd
          ./hosts/tower
        ];

        laptop = mkHost [
          inputs.hardware.nixosModules.common-pc-laptop
          ./hosts/laptop
        ];
      };
    };
}
