{
  outputs =
    {
      nixpkgs,
      emacs-overlay,
      ...
    }@inputs:
    let
      mkHost =
        { modules, disk }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./modules/editor.nix
            ./modules/names.nix
            ./modules/shell.nix
            {
              boot.loader.grub.device = disk;
              nixpkgs.overlays = [ emacs-overlay.overlays.default ];
            }
          ]
          ++ modules;
        };
    in
    {
      nixosConfigurations = {
        laptop = mkHost {
          modules = [ ./hosts/laptop ];
          disk = "/dev/nvme0n1";
        };
        tower = mkHost {
          modules = [ ./hosts/tower ];
          disk = "/dev/sda";
        };
      };
    };
}
