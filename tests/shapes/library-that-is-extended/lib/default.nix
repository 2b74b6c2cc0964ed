{ inputs, lib }:
{
  mkHost =
    name: modules:
    lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = { inherit inputs lib; };
      modules = [ ../hosts/${name} ] ++ modules;
    };
}
