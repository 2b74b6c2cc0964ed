{
  outputs =
    inputs:
    let
      machines = (import ./machines.nix) inputs;
    in
    {
      inherit (machines) nixosConfigurations;
    };
}
