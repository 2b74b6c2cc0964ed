{ lib, fleet }:
lib.genAttrs (lib.lists.intersectLists fleet.online (builtins.attrNames fleet.machines)) (
  name: lib.own.machine name fleet.machines.${name}
)
