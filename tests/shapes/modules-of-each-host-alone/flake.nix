{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHosts = builtins.mapAttrs (
        name: host:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ] ++ host.modules;
        }
      );
    in
    {
      nixosConfigurations = mkHosts {
        tower = {
          modules = [ ./modules/games.nix ];
        };
        laptop = {
          modules = [ ./modules/battery.nix ];
        };
      };
    };
}
