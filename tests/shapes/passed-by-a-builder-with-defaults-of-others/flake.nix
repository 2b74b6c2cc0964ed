{
  outputs =
    inputs@{ self, ... }:
    let
      hosts = import ./hosts.nix;
      systems = import ./lib.nix { inherit inputs self; };
    in
    {
      nixosConfigurations = systems hosts;
    };
}
