{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } (
      { config, ... }:
      {
        systems = [ "x86_64-linux" ];
        imports = [ ./modules/hosts ];
        flake =
          let
            stick = inputs.nixpkgs.lib.nixosSystem {
              system = "x86_64-linux";
              specialArgs = { inherit inputs; };
              modules = [ ./stick.nix ];
            };
          in
          {
            nixosConfigurations = {
              inherit stick;
              office = inputs.nixpkgs.lib.nixosSystem {
                system = "x86_64-linux";
                specialArgs = { inherit inputs; };
                modules = [ ./hosts/office ];
              };
            };
          };
      }
    );
}
