{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      packagesFor =
        platform:
        import nixpkgs {
          system = platform;
          config.allowUnfree = true;
        };
      mkHost =
        name: system:
        nixpkgs.lib.nixosSystem {
          inherit system;
          pkgs = packagesFor system;
          specialArgs = { inherit inputs; };
          modules = [
            ./hosts/${name}
            ./hosts/${name}/hardware.nix
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" "x86_64-linux";
        laptop = mkHost "laptop" "x86_64-linux";
      };
    };
}
