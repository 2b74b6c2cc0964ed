{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        {
          hostname,
          module,
        }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            { networking.hostName = hostname; }
            module
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost {
          hostname = "tower";
          module = ./hosts/tower;
        };
        laptop = mkHost {
          hostname = "laptop";
          module = {
            imports = [ ./hosts/laptop ];
            services.tlp.enable = true;
          };
        };
        attic = mkHost {
          hostname = "attic";
          module =
            { pkgs, ... }:
            {
              imports = [ ./hosts/attic ];
              environment.systemPackages = [ pkgs.hello ];
            };
        };
      };
    };
}
