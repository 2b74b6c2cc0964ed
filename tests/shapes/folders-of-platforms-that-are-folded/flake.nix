{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      foldersIn =
        folder: builtins.attrNames (lib.filterAttrs (_: kind: kind == "directory") (builtins.readDir folder));
      makerFor = system: import ./hosts/${system} { inherit inputs system; };
    in
    {
      nixosConfigurations = builtins.foldl' (
        hosts: system:
        let
          make = makerFor system;
        in
        hosts // lib.genAttrs (foldersIn ./hosts/${system}) (name: make { inherit name; })
      ) { } (foldersIn ./hosts);
    };
}
