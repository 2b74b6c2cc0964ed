{
  inputs = {
    nixpkgs-unstable.url = "github:NixOS/nixpkgs/nixos-unstable";
    home-manager.url = "github:nix-community/home-manager";
  };

  outputs =
    { self, ... }@inputs:
    {
      nixosConfigurations = {
        tower = import ./hosts/tower { inherit inputs; };
      };
    };
}
