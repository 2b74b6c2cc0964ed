{
  outputs =
    inputs:
    let
      lib = inputs.snowfall-lib.mkLib {
        inherit inputs;
        src = ./.;
        snowfall.namespace = "fleet";
      };
    in
    lib.mkFlake {
      channels-config.allowUnfree = true;
    };
}
