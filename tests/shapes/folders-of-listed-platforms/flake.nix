{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      lib = import ./lib.nix { inherit (nixpkgs) lib; };
      nixosConfigurations = import ./systems/nixos.nix { inherit self inputs; };
    };
}
