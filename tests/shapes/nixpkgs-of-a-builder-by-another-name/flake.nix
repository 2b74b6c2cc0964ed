{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    nixos-unstable.url = "github:NixOS/nixpkgs/nixos-unstable";
  };
  outputs =
    { nixpkgs, nixos-unstable, ... }@inputs:
    let
      mkHost = import ./lib/host.nix { inherit nixos-unstable; };
    in
    {
      nixosConfigurations = {
        tower = mkHost ./hosts/tower;
        laptop = mkHost ./hosts/laptop;
      };
      packages.aarch64-darwin = { inherit (nixpkgs.legacyPackages.aarch64-darwin) hello; };
    };
}
