{ inputs, ... }:
{
  flake.nixosConfigurations.board = inputs.nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [ ../../../hosts/board ];
  };
}
