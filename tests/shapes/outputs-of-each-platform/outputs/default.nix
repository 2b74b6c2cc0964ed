{ nixpkgs, ... }@inputs:
let
  platforms = {
    x86_64-linux = import ./x86_64-linux { inherit inputs; };
  };
  all = builtins.attrValues platforms;
in
{
  nixosConfigurations = nixpkgs.lib.mergeAttrsList (map (it: it.nixosConfigurations or { }) all);
}
