{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;

      mkHost =
        name:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ];
        };

      describe =
        name: host:
        let
          inherit (host) config;
        in
        {
          inherit name;
          inherit (config.fleet) role;
        };
    in
    {
      nixosConfigurations = lib.genAttrs [
        "laptop"
        "tower"
      ] mkHost;

      inventory = lib.mapAttrs describe (removeAttrs self.nixosConfigurations [ "installer" ]);
    };
}
