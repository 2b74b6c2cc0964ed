{
  outputs = { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (
        system:
        nixpkgs.lib.nixosSystem {
          inherit system;
          modules = [ ./hosts/nixos ];
          specialArgs = { inherit inputs; };
        }
      );
    };
}
