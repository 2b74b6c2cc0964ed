{
  outputs =
    inputs:
    inputs.blueprint {
      inherit inputs;
      prefix = ./nix;
    };
}
