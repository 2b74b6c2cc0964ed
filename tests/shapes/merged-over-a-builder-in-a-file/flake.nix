{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      fleet = import ./lib { inherit inputs; };
    in
    {
      nixosConfigurations = fleet.allMachines (builtins.fromJSON (builtins.readFile ./fleet.json));
    };
}
