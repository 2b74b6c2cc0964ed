{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      machines = {
        tower = {
          system = "x86_64-linux";
        };
        attic = {
          system = "x86_64-linux";
        };
        phone = {
          system = "aarch64-linux";
        };
      };
    in
    {
      nixosConfigurations = lib.mapAttrs (
        name: machine:
        lib.nixosSystem {
          inherit (machine) system;
          modules = [ (./hosts + "/${name}") ];
          specialArgs = { inherit inputs; };
        }
      ) (lib.filterAttrs (name: _: builtins.pathExists (./hosts + "/${name}")) machines);
    };
}
