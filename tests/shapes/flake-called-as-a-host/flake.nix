{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      declared = {
        tower.text = "the fast one";
        attic.text = "the slow one";
      };
      machines = import ./machines.nix { inherit inputs; };
    in
    {
      nixosConfigurations = machines.of declared;
    };
}
