{
  outputs =
    { nixpkgs, fleet, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      within = folder: builtins.attrNames (builtins.readDir (./. + folder));
      machines = lib.listToAttrs (map (name: lib.nameValuePair name (fleet.lib.factsOf name)) (within fleet.folder));
    in
    {
      nixosConfigurations = fleet.lib.machines machines;
    };
}
