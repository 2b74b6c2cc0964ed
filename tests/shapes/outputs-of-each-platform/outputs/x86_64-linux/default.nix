{ inputs }:
let
  loaded = inputs.haumea.lib.load {
    src = ./src;
    inputs = { inherit inputs; };
  };
  all = builtins.attrValues loaded;
in
{
  nixosConfigurations = inputs.nixpkgs.lib.mergeAttrsList (map (it: it.nixosConfigurations or { }) all);
}
