{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    let
      system = "x86_64-linux";
      pkgs = import nixpkgs { inherit system; };
      commonModules = [ home-manager.nixosModules.home-manager ];
      desktopModules = [ inputs.agenix.nixosModules.default ];
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          inherit system pkgs;
          modules = [ ./hosts/tower ] ++ commonModules ++ desktopModules;
          specialArgs = { inherit inputs; };
        };
      };
    };
}
