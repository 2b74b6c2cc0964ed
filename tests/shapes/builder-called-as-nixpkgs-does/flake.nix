{
  outputs =
    inputs@{ nixpkgs, ... }:
    let
      nixosSystem =
        module:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ module ];
        };
    in
    {
      nixosConfigurations = {
        tower = nixosSystem ./hosts/tower;
        laptop = nixosSystem ./hosts/laptop;
      };
    };
}
