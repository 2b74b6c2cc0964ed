{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations =
        if self ? rev then
          {
            tower = nixpkgs.lib.nixosSystem { modules = [ ./hosts/tower ]; };
          }
        else
          { };
    };
}
