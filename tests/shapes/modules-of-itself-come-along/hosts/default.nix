{ inputs, self, ... }:
let
  machine =
    { module, disk }:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = { inherit inputs; };
      modules = [
        self.nixosModules.base
        self.modules.nixos.desktop
        module
        { boot.loader.grub.device = disk; }
      ];
    };
in
{
  laptop = machine {
    module = ./laptop.nix;
    disk = "/dev/nvme0n1";
  };
  tower = machine {
    module = ./tower.nix;
    disk = "/dev/sda";
  };
}
