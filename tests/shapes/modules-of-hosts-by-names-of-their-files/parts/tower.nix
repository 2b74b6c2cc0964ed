{ self, inputs, ... }:
let
  inherit (inputs) disko nixos-hardware nixpkgs;
  greeting = "tower";
in
{
  flake.nixosConfigurations.tower = nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [
      ../machines/tower
      self.nixosModules.base
      disko.nixosModules.disko
      { users.motd = greeting; }
      nixos-hardware.nixosModules.default
    ];
  };
}
