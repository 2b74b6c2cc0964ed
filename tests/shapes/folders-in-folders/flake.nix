{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      call =
        path:
        let
          module = import path;
        in
        if builtins.isFunction module && builtins.functionArgs module ? inputs then
          module { inherit inputs; }
        else
          module;
      read = import ./lib.nix { inherit lib; };
      modules = read.tree {
        inherit call;
        folder = ./modules;
      };
    in
    {
      nixosConfigurations = builtins.mapAttrs (
        name: host:
        lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            modules.common
            host
          ];
          specialArgs = { inherit inputs; };
        }
      ) modules.hosts;
    };
}
