{ inputs, ... }:
{
  flake.factory.nixos = system: name: {
    ${name} = inputs.nixpkgs.lib.nixosSystem {
      modules = [
        inputs.self.modules.nixos.${name}
        {
          nixpkgs.hostPlatform = system;
          networking.hostName = name;
        }
      ];
      specialArgs = {
        inherit inputs;
        inherit (inputs) self;
      };
    };
  };
}
