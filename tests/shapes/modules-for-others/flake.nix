{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      packages = { };
      nixosModules.default = ./module.nix;
    };
}
