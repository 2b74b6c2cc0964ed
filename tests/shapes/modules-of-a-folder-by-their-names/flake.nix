{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      readHosts =
        path:
        let
          isHost =
            name: type:
            type == "directory" && builtins.pathExists (path + "/${name}/default.nix")
            || type == "regular" && lib.hasSuffix ".nix" name;
        in
        lib.mapAttrs' (
          name: _: lib.nameValuePair (lib.removeSuffix ".nix" name) (path + "/${name}")
        ) (lib.filterAttrs isHost (builtins.readDir path));
      hosts = readHosts ./hosts // {
        board = { lib, ... }: { boot.isContainer = true; };
      };
      mkHost =
        {
          hostname,
          system ? "x86_64-linux",
          extraModules ? [ ],
        }:
        lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs self; };
          modules = [
            { networking.hostName = hostname; }
            hosts.${hostname}
          ]
          ++ extraModules;
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost { hostname = "tower"; };
        laptop = mkHost {
          hostname = "laptop";
          extraModules = [ inputs.hardware.nixosModules.laptop ];
        };
        board = mkHost {
          hostname = "board";
          system = "aarch64-linux";
        };
      };
    };
}
