{ lib, ... }:
{
  mapFilterAttrs =
    condition: f: set:
    lib.filterAttrs condition (lib.mapAttrs' f set);
}
