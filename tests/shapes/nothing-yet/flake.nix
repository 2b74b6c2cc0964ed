{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      packages = { };
    };
}
