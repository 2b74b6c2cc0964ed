{
  outputs =
    inputs@{ self, utils, ... }:
    utils.lib.mkFlake {
      inherit self inputs;

      hosts = {
        tower = {
          modules = [ ./hosts/tower ];
        };
        laptop = {
          modules = [ ./hosts/laptop ];
        };
      };
    };
}
