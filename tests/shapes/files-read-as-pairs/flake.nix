{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      mkHost =
        file:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ (./hosts + "/${file}") ];
        };
      files = lib.filterAttrs (name: type: type == "regular" && lib.hasSuffix ".nix" name) (
        builtins.readDir ./hosts
      );
    in
    {
      nixosConfigurations = lib.mapAttrs' (
        file: _: lib.nameValuePair (lib.removeSuffix ".nix" file) (mkHost file)
      ) files;
    };
}
