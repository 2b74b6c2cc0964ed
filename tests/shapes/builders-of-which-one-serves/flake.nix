{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkServer =
        system: path:
        nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit inputs; };
          modules = [ path ];
        };
      mkDesktop =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/desktops/${name} ];
        };
    in
    {
      nixosConfigurations = {
        shelf = mkServer "x86_64-linux" ./hosts/shelf;
        board = mkServer "aarch64-linux" ./hosts/board;
        tower = mkDesktop "tower";
      };
    };
}
