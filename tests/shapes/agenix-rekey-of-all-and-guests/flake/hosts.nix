{ inputs, ... }:
{
  flake =
    { config, ... }:
    let
      mkHost =
        name:
        inputs.nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ../hosts/${name} ];
        };
    in
    {
      nixosConfigurations = {
        laptop = mkHost "laptop";
        tower = mkHost "tower";
      };
      guestConfigurations = { };
      nodes = config.nixosConfigurations // config.guestConfigurations;
    };
}
