{
  outputs =
    inputs@{ flake-parts, nixpkgs, ... }:
    let
      inherit (nixpkgs.lib) hasSuffix;
      inherit (nixpkgs.lib.filesystem) listFilesRecursive;

      filesIn =
        {
          path,
          isLeftOut ? _: false,
        }:
        builtins.filter (file: hasSuffix ".nix" (toString file) && !(isLeftOut file)) (
          listFilesRecursive path
        );

      hosts = filesIn {
        path = ./hosts;
        isLeftOut = file: builtins.match ".*/hosts/[^/]+/default\\.nix" (toString file) == null;
      };
    in
    flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = hosts;
    };
}
