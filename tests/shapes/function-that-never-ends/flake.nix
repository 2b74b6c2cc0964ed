{
  outputs =
    { nixpkgs, fleet, ... }@inputs:
    let
      again = name: fleet.lib.both name (again name);
    in
    {
      nixosConfigurations = again "tower";
    };
}
