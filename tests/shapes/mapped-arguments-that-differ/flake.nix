{
  outputs = { self, nixpkgs, ... }@inputs:
    let
      machines = {
        tower = {
          config = ./tower/configuration.nix;
        };
        laptop = {
          config = ./laptop/configuration.nix;
        };
      };
    in
    {
      nixosConfigurations = builtins.mapAttrs (
        _: machine:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ machine.config ];
        }
      ) machines;
    };
}
