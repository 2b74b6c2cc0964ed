{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      hosts = import ./hosts { inherit inputs; };
      systems = (import ./lib/systems.nix { inherit inputs; }) { inherit hosts; };
    in
    {
      inherit (systems) nixosConfigurations darwinConfigurations;
    };
}
