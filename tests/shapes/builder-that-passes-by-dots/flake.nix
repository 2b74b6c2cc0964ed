{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      mkSystem =
        name: extra:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            (./machines + "/${name}/configuration.nix")
            (./machines + "/${name}/hardware-configuration.nix")
            self.nixosModules.base
            extra
          ];
          specialArgs.fleetInputs = inputs;
        };
    in
    {
      nixosConfigurations = {
        tower = mkSystem "tower" { };
        attic = mkSystem "attic" { services.openssh.enable = true; };
      };

      nixosModules.base = {
        imports = [ ./profiles/base.nix ];
      };
    };
}
