# What colmena makes of an entry of a hive, as far as that matters here: https://github.com/zhaofengli/colmena
{ nixosSystem, deploymentOptions }:
{
  isHost = name: name != "meta" && name != "network" && name != "defaults";

  # What all hosts have; the parameter is called as nothing is where a flake may say the same.
  any =
    hive':
    nixosSystem {
      modules = [
        deploymentOptions
        (hive'.defaults or { })
      ];
      specialArgs = hive'.meta.specialArgs or { };
    };

  make =
    hive: name:
    {
      imports ? [ ],
      deployment ? { },
      ...
    }@module:
    nixosSystem {
      modules = [
        deploymentOptions
        (hive.defaults or { })
        module
      ];
      specialArgs = (hive.meta.specialArgs or { }) // (hive.meta.nodeSpecialArgs.${name} or { });
    };
}
