{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      isNix = path: lib.hasSuffix ".nix" (toString path);
      modulesOf = folder: builtins.filter isNix (lib.filesystem.listFilesRecursive folder);
      hosts = lib.attrNames (
        lib.filterAttrs (lib.const (kind: kind == "directory")) (builtins.readDir ./hosts)
      );
    in
    {
      nixosConfigurations = lib.genAttrs hosts (
        name:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = lib.flatten [
            { networking.hostName = name; }
            (modulesOf ./hosts/${name})
          ];
        }
      );
    };
}
