{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        nixos = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs;
            hostname = "tower";
            colors = import ./colors.nix;
          };
          modules = [ ./configuration.nix ];
        };
      };
    };
}
