# The folder in the store that the package is made from: exactly the files of nix/package.nix.
let
  nixpkgs = (import ./nixpkgs/flake.nix).outputs { self = nixpkgs; };
  pkgs = nixpkgs.legacyPackages.x86_64-linux;
in
(pkgs.callPackage ../../nix/package.nix { }).src
