{
  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      flake = {
        nixosModules = import ./modules { inherit (inputs.nixpkgs) lib; };
        # What is read by a library of others may be anything.
        modules.nixos = inputs.haumea.lib.load { src = ./profiles; };
        nixosConfigurations = import ./hosts {
          inherit inputs;
          inherit (inputs) self;
        };
      };
    };
}
