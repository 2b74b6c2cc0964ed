{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      hosts = import ./hosts.nix;
      mkHost =
        name: host:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ host.configuration ];
        };
    in
    {
      nixosConfigurations = lib.mapAttrs mkHost (lib.filterAttrs (_: host: host ? configuration) hosts);
    };
}
