{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;

      # The folders that lie that deep, each by its name.
      foldersAt =
        depth: folder:
        lib.concatLists (
          lib.mapAttrsToList (
            name: kind:
            if kind != "directory" then
              [ ]
            else if depth > 0 then
              foldersAt (depth - 1) (folder + "/${name}")
            else
              [
                {
                  inherit name;
                  path = folder + "/${name}";
                }
              ]
          ) (builtins.readDir folder)
        );

      mkMachine =
        { name, path }:
        lib.nameValuePair name (
          lib.nixosSystem {
            system = "x86_64-linux";
            specialArgs = { inherit inputs; };
            modules = [ (path + "/configuration.nix") ];
          }
        );
    in
    {
      nixosConfigurations = lib.listToAttrs (map mkMachine (foldersAt 1 ./machines));
    };
}
