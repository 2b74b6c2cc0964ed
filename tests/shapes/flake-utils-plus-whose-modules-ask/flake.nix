{
  outputs =
    inputs@{ self, utils, ... }:
    utils.lib.mkFlake {
      inherit self inputs;

      hostDefaults = {
        modules = [ ./modules ];
        specialArgs = { inherit inputs; };
      };

      hosts = {
        tower.modules = [ ./hosts/tower ];
        laptop = {
          modules = [ ./hosts/laptop ];
          system = "x86_64-linux";
        };
      };
    };
}
