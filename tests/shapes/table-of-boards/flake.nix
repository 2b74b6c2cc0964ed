{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = import ./boards.nix inputs // import ./servers.nix inputs;
    };
}
