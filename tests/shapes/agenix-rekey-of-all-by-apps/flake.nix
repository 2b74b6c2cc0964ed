{
  outputs =
    {
      self,
      nixpkgs,
      agenix-rekey,
      ...
    }@inputs:
    let
      system = "x86_64-linux";
      pkgs = nixpkgs.legacyPackages.${system};
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ];
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [
        "laptop"
        "tower"
      ] mkHost;

      apps.${system} = agenix-rekey.defineApps self pkgs self.nixosConfigurations;
    };
}
