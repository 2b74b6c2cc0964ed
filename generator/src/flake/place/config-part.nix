# What config-parts makes of an entry of its table, as far as that matters here: https://github.com/justinrubek/config-parts
{ inputs, nixosSystem }:
{
  make =
    name:
    {
      system,
      modules ? [ ],
    }:
    nixosSystem {
      inherit system;
      modules = modules ++ [ ./nixos/configurations/${name} ];
      specialArgs = {
        inherit inputs;
      };
    };
}
