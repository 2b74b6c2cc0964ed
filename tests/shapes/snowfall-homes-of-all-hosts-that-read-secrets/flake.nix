{
  outputs =
    inputs:
    inputs.snowfall-lib.mkFlake {
      inherit inputs;
      src = ./.;
      snowfall.namespace = "site";

      systems.modules.nixos = with inputs; [ sops-nix.nixosModules.sops ];
    };
}
