{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      machines = {
        laptop = {
          system = "x86_64-linux";
          users = [ "ann" ];
        };
        tower = {
          system = "x86_64-linux";
          users = [
            "ann"
            "bob"
          ];
        };
      };

      mkMachine =
        name:
        { system, users }:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [
            ./machines/${name}
            { users.users = nixpkgs.lib.genAttrs users (_: { isNormalUser = true; }); }
          ];
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.mapAttrs mkMachine machines;
    };
}
