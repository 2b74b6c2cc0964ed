{
  outputs =
    inputs@{ nixpkgs, ... }:
    let
      inherit (builtins) attrNames readDir;
      filesOf = folder: map (name: folder + "/${name}") (attrNames (readDir folder));
      mkHost =
        folder: system:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [ ./common ] ++ filesOf folder;
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost ./hosts/tower "x86_64-linux";
        laptop = mkHost ./hosts/laptop "x86_64-linux";
      };
    };
}
