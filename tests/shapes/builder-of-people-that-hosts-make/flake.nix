{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        { name, common }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}
            common
          ];
        };
    in
    {
      nixosConfigurations = {
        fjord = mkHost {
          name = "fjord";
          common = ./modules;
        };
        heath = mkHost {
          name = "heath";
          common = ./modules;
        };
      };
    };
}
