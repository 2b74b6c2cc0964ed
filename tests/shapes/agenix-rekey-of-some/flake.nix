{
  outputs =
    {
      self,
      nixpkgs,
      agenix-rekey,
      ...
    }@inputs:
    let
      mkHost =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ];
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [
        "laptop"
        "tower"
      ] mkHost;

      agenix-rekey = agenix-rekey.configure {
        userFlake = self;
        nixosConfigurations = nixpkgs.lib.filterAttrs (
          _: host: host.config ? age.rekey
        ) self.nixosConfigurations;
      };
    };
}
