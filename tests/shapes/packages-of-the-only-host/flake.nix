{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      system = "x86_64-linux";
      pkgs = import nixpkgs {
        inherit system;
        config.allowUnfree = true;
      };
    in
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          inherit system pkgs;
          modules = [ ./hosts/tower ];
          specialArgs = { inherit inputs; };
        };
      };
    };
}
