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
          extraModules = [ inputs.colmena.nixosModules.deploymentOptions ];
          modules = [ ./hosts/${name} ];
        };
    in
    {
      nixosConfigurations = lib.genAttrs [
        "laptop"
        "tower"
      ] mkHost;
    };
}
