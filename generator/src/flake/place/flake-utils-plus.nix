# What flake-utils-plus makes of an entry of `hosts`, as far as that matters here: lib/mkFlake.nix of
# https://github.com/gytis-ivaskevicius/flake-utils-plus
{ nixosSystem }:
{
  make =
    {
      inputs,
      hostDefaults ? { },
      ...
    }:
    {
      modules ? [ ],
      extraArgs ? { },
      specialArgs ? { },
      ...
    }:
    nixosSystem {
      modules = [
        {
          _module.args = {
            inherit inputs;
          }
          // (hostDefaults.extraArgs or { })
          // extraArgs;
        }
      ]
      ++ (hostDefaults.modules or [ ])
      ++ modules;
      specialArgs = (hostDefaults.specialArgs or { }) // specialArgs;
    };
}
