{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    let
      username = "kim";
    in
    {
      nixosConfigurations =
        let
          system = "x86_64-linux";
          specialArgs = {
            inherit username;
            pkgs-edge = import inputs.nixpkgs-unstable { inherit system; };
          }
          // inputs;
          given = { inherit home-manager nixpkgs specialArgs system; };
        in
        {
          tower = import ./hosts/tower given;
        };
      darwinConfigurations.air = inputs.darwin.lib.darwinSystem {
        specialArgs = { inherit username; };
        modules = [ ./darwin ];
      };
    };
}
