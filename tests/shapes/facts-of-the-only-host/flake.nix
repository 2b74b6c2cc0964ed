{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkSystem =
        name:
        {
          system,
          hardware ? null,
          desktop ? false,
        }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs desktop; };
          modules = [
            ./hosts/${name}
          ]
          ++ (if hardware == null then [ ] else [ inputs.hardware.nixosModules.${hardware} ]);
        };
    in
    {
      nixosConfigurations = {
        laptop = mkSystem "laptop" {
          system = "x86_64-linux";
          hardware = "framework-13-7040-amd";
          desktop = true;
        };
      };
    };
}
