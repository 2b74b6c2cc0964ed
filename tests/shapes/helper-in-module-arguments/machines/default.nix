{ inputs, ... }:
{
  _module.args.makeMachine =
    modules:
    inputs.nixpkgs.lib.nixosSystem {
      inherit modules;
      system = "x86_64-linux";
    };

  imports = [
    ./tower
    ./laptop
  ];
}
