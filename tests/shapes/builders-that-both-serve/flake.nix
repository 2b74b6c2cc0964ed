{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        modules: name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ] ++ modules;
        };
      mkServer = mkHost [ ./server.nix ];
      mkDesktop = mkHost [ ./desktop.nix ];
    in
    {
      nixosConfigurations = {
        shelf = mkServer "shelf";
        tower = mkDesktop "tower";
      };
    };
}
