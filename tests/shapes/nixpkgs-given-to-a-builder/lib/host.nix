name:
{
  inputs,
  nixpkgs,
  owner,
  extraModules ? [ ],
}:
nixpkgs.lib.nixosSystem {
  specialArgs = { inherit inputs owner; };
  modules = [ ../hosts/${name} ] ++ extraModules;
}
