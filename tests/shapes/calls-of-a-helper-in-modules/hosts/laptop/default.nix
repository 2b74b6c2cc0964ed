{ own, ... }:
{
  flake.nixosConfigurations = own.mkHost {
    name = "laptop";
    modules = [ ./configuration.nix ];
  };
}
