{
  config,
  inputs,
  self,
  channels,
  ...
}:
let
  inherit (config) names;
  specialArgs = {
    inherit
      self
      inputs
      channels
      names
      ;
  };
in
{
  flake = {
    nixosConfigurations.${names.tower} = inputs.nixpkgs.lib.nixosSystem {
      inherit specialArgs;
      modules = [ ./default-host/configuration.nix ];
    };
  };
}
