{
  inputs,
  outputs,
  version,
}:
{
  mkHost =
    { hostname, desktop }:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = {
        inherit
          inputs
          outputs
          version
          hostname
          desktop
          ;
      };
      modules = [
        ../hosts/${hostname}
        ../hosts/${hostname}/hardware.nix
      ];
    };
}
