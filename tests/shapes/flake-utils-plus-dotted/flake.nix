{
  outputs =
    inputs@{ self, utils, ... }:
    utils.lib.mkFlake {
      inherit self inputs;

      hostDefaults.extraArgs = { inherit utils; };

      hosts = {
        "tower".modules = [
          ./common.nix
          ./desktop.nix
          ./hosts/tower
        ];
        "attic".modules = [
          ./common.nix
          ./hosts/attic
        ];
      };
    };
}
