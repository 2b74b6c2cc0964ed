{ own, ... }:
{
  flake.nixosConfigurations = own.mkHost {
    name = "tower";
    modules = [ ./configuration.nix ];
  };
}
