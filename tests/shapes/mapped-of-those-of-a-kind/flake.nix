{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      machines = {
        tower = {
          kind = "nixos";
          modules = [ ];
        };
        laptop = {
          kind = "nixos";
          modules = [ ];
        };
        phone = {
          kind = "droid";
          address = "192.0.2.20";
        };
      };
      mkHost =
        name: machine:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ] ++ machine.modules;
        };
    in
    {
      nixosConfigurations = lib.mapAttrs mkHost (
        lib.filterAttrs (_: machine: machine.kind == "nixos") machines
      );
    };
}
