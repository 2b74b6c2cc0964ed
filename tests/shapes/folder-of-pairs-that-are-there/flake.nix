{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      folders = import ./lib/folders.nix { inherit (nixpkgs) lib; };
    in
    {
      nixosConfigurations = folders.mapNix ./machines (
        path:
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = [ path ];
        }
      );
    };
}
