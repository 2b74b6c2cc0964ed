{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        { name, system, common }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs system; };
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
          system = "x86_64-linux";
          common = ./modules;
        };
        heath = mkHost {
          name = "heath";
          system = "x86_64-linux";
          common = ./modules;
        };
      };
    };
}
