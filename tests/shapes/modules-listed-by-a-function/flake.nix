{
  outputs =
    { flake-parts, ... }@inputs:
    let
      inherit (inputs.nixpkgs) lib;
      modulesOf =
        folder:
        builtins.filter (path: lib.hasSuffix ".nix" (toString path)) (
          lib.filesystem.listFilesRecursive folder
        );
    in
    flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = builtins.filter (path: !(lib.hasPrefix "_" (baseNameOf path))) (modulesOf ./modules);
    };
}
