{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      machines = {
        tower = {
          cores = 16;
        };
        laptop = { };
      };
      complete = name: machine: { inherit name; } // machine;
      mkHost =
        _: machine:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${machine.name} ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.mapAttrs mkHost (nixpkgs.lib.mapAttrs complete machines);
    };
}
