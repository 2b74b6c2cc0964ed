{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      mkGuest =
        file:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./containers/${file} ];
        };
      guests = lib.mapAttrs' (file: _: {
        name = lib.removeSuffix ".nix" file;
        value = mkGuest file;
      }) (builtins.readDir ./containers);
    in
    {
      nixosConfigurations = {
        tower = lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/tower ];
        };
        laptop = lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/laptop ];
        };
      }
      // guests;
    };
}
