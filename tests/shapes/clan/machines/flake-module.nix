{ self, inputs, ... }:
{
  flake.clan = {
    inherit self;
    specialArgs = { inherit self inputs; };

    meta.name = "home";
    inventory.machines = {
      mail.tags = [ "server" ];
      tower.tags = [ "desktop" ];
    };
  };
}
