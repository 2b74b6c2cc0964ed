{
  self,
  lib,
  inputs,
  ...
}:
{
  mapHosts =
    folder: arguments:
    self.modules.mapModules folder (
      path:
      lib.nixosSystem (
        {
          specialArgs = { inherit inputs lib; };
          modules = [
            { networking.hostName = lib.removeSuffix ".nix" (baseNameOf path); }
            path
          ];
        }
        // arguments
      )
    );
}
