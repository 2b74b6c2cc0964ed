{
  inputs = {
    nixos.url = "github:NixOS/nixpkgs/nixos-26.05";
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-26.05-darwin";
    fleet.url = "github:example/fleet";
  };

  outputs =
    { fleet, nixos, ... }@inputs:
    {
      nixosConfigurations = fleet.lib.configurations {
        inherit inputs;
        paths = [
          ./hosts
          ./modules
        ];
      };
    };
}
