{
  outputs =
    { self, nixpkgs, other, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      evaluated = lib.evalModules {
        modules = lib.filesystem.listFilesRecursive ./modules;
        specialArgs = { inherit inputs; };
      };
    in
    {
      formatter.x86_64-linux = nixpkgs.legacyPackages.x86_64-linux.hello;
    }
    // evaluated.config.flake;
}
