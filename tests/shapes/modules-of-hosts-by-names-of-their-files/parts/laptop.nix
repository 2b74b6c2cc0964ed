{ self, inputs, ... }:
let
  inherit (inputs) disko agenix nixpkgs;
  greeting = "laptop";
in
{
  flake.nixosConfigurations.laptop = nixpkgs.lib.nixosSystem {
    system = "x86_64-linux";
    specialArgs = { inherit inputs; };
    modules = [
      ../machines/laptop
      self.nixosModules.base
      disko.nixosModules.disko
      { users.motd = greeting; }
      agenix.nixosModules.default
    ];
  };
}
