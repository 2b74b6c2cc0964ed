{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost = import ./nix/host.nix { inherit inputs; };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" { };
        laptop = mkHost "laptop" { };
        installer = import ./nix/installer.nix { inherit inputs; };
      };
    };
}
