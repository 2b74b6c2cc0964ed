{
  outputs =
    inputs:
    let
      made = inputs.blueprint { inherit inputs; };
    in
    {
      inherit (made) nixosConfigurations;
      notes = "kept";
    };
}
