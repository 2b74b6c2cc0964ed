{
  outputs =
    { nixpkgs, fleet, ... }@inputs:
    let
      again = names: fleet.lib.both names (again [ names ]);
    in
    {
      nixosConfigurations = again "tower";
    };
}
