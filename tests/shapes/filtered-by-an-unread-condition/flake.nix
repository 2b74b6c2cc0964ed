{
  outputs =
    inputs:
    let
      inherit (inputs.nixpkgs) lib;
      machines = {
        tower = lib.nixosSystem { modules = [ ./hosts/tower ]; };
        laptop = lib.nixosSystem { modules = [ ./hosts/laptop ]; };
      };
    in
    {
      nixosConfigurations = lib.filterAttrs (_: inputs.fleet.isServed) machines;
    };
}
