{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      table = builtins.fromTOML (builtins.readFile ./machines.toml);
      machines = lib.filterAttrs (_: machine: machine.platform == "x86_64-linux") table.machines;
      mkMachine =
        name: machine:
        lib.nixosSystem {
          system = machine.platform;
          specialArgs = {
            inherit inputs machine;
            everything = ./.;
          };
          modules = [
            (./machines + "/${name}/hardware.nix")
            (./roles + "/${machine.role}.nix")
          ];
        };
    in
    {
      nixosConfigurations = lib.mapAttrs mkMachine machines;
    };
}
