{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      names = map (lib.removeSuffix ".nix") (builtins.attrNames (builtins.readDir ./hosts));
    in
    {
      nixosConfigurations = lib.genAttrs names (
        name:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name}.nix ];
        }
      );
    };
}
