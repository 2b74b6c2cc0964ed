{
  outputs =
    inputs:
    let
      inherit (inputs) nixpkgs;
      specialArgs = {
        inherit inputs;
      };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          inherit specialArgs;
          system = "x86_64-linux";
          modules = [
            (inputs.import-tree ./modules)
            (inputs.import-tree ./hosts/tower)
          ];
        };
        laptop = nixpkgs.lib.nixosSystem {
          inherit specialArgs;
          system = "x86_64-linux";
          modules = [
            (inputs.import-tree ./modules)
            (inputs.import-tree ./hosts/laptop)
          ];
        };
      };
    };
}
