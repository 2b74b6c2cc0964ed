{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      lib.hosts.tower = {
        system = "x86_64-linux";
        modules = [ ./hosts/tower ];
      };

      # What is secret of them is elsewhere, and so they are made elsewhere.
      nixosConfigurations = { };
    };
}
