{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./hosts/common
            ./hosts/${name}
          ];
          specialArgs = {
            inherit inputs;
            inherit (self) outputs;
          };
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [
        "tower"
        "laptop"
      ] mkHost;
    };
}
