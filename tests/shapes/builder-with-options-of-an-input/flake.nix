{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = import ./lib/machines.nix { inherit inputs nixpkgs; } {
        tower.system = "x86_64-linux";
        laptop.system = "x86_64-linux";
      };
    };
}
