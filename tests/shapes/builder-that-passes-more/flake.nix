{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      outputs = self;
      domain = "example.org";
      mkHost =
        name: user:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./hosts/${name}
            ./users/${user}.nix
          ];
          specialArgs = {
            inherit
              self
              inputs
              outputs
              domain
              user
              ;
            hostName = name;
          };
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" "ann";
        laptop = mkHost "laptop" "bob";
      };
    };
}
