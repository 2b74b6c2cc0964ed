{
  outputs =
    inputs@{ self, nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      mkHost =
        name:
        { system }:
        lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ];
        };
    in
    {
      nixosConfigurations = lib.flip lib.pipe [ (builtins.mapAttrs mkHost) ] {
        tower = {
          system = "x86_64-linux";
        };
        laptop = {
          system = "x86_64-linux";
        };
      };
    };
}
