{
  outputs =
    { nixpkgs, hardware, ... }@inputs:
    let
      specialArgs = { inherit inputs; };

      mkSystem =
        machine: modules: more:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = specialArgs // more;
          modules = [
            ./hosts/${machine}
            ./modules
          ]
          ++ modules;
        };
    in
    {
      nixosConfigurations = {
        tower-nixos = mkSystem "tower" [ ] { };
        laptop-nixos = mkSystem "laptop" [ ] { };
        wsl-nixos = mkSystem "wsl" [ hardware.nixosModules.common-cpu-amd ] { };
      };
    };
}
