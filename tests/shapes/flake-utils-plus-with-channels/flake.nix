{
  outputs =
    inputs@{ self, utils, ... }:
    utils.lib.mkFlake {
      inherit self inputs;

      hosts = import ./hosts inputs;
    };
}
