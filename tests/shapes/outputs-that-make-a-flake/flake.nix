{
  outputs = inputs: {
    # Called by the flake that has the hosts.
    configure =
      { hosts }:
      {
        nixosConfigurations = builtins.mapAttrs (
          name: modules:
          inputs.nixpkgs.lib.nixosSystem {
            system = "x86_64-linux";
            inherit modules;
          }
        ) hosts;
      };
  };
}
