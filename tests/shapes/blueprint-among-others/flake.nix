{
  outputs =
    inputs:
    let
      blueprint = inputs.blueprint { inherit inputs; };
    in
    {
      inherit (blueprint) packages;
      nixosConfigurations = blueprint.nixosConfigurations;
    };
}
