{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      merge = builtins.foldl' nixpkgs.lib.recursiveUpdate { };
      machine =
        {
          name,
          system,
          modules,
          colour ? "green",
        }:
        {
          colours.${name} = colour;
          nixosConfigurations.${name} = nixpkgs.lib.nixosSystem {
            inherit system;
            specialArgs = { inherit inputs; };
            modules = [ { networking.hostName = name; } ] ++ modules;
          };
        };
    in
    merge [
      (merge (
        map machine [
          {
            name = "tower";
            system = "x86_64-linux";
            modules = [ ./hosts/tower ];
            colour = "red";
          }
          {
            name = "laptop";
            system = "x86_64-linux";
            modules = [ ./hosts/laptop ];
          }
        ]
      ))
      { packages.x86_64-linux.hello = nixpkgs.legacyPackages.x86_64-linux.hello; }
    ];
}
