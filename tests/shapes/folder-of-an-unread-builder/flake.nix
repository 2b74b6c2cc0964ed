{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      facts = lib.mapAttrs (name: _: import (./hosts + "/${name}/facts.nix")) (builtins.readDir ./hosts);
    in
    {
      nixosConfigurations = lib.mapAttrs (
        name: _:
        import (nixpkgs + "/nixos/lib/eval-config.nix") {
          inherit (facts.${name}) system;
          specialArgs = { inherit inputs; };
          modules = [ (./hosts + "/${name}/configuration.nix") ];
        }
      ) (builtins.readDir ./hosts);
    };
}
