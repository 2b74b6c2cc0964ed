{
  outputs =
    { self, ... }@inputs:
    let
      hostsOf =
        nixpkgs: system: folder:
        builtins.mapAttrs (
          name: _:
          nixpkgs.lib.nixosSystem {
            inherit system;
            modules = [ (folder + "/${name}") ];
            specialArgs = { inherit inputs; };
          }
        ) (builtins.readDir folder);
    in
    {
      nixosConfigurations =
        hostsOf inputs.nixpkgs-unstable "x86_64-linux" ./hosts/desktops
        // hostsOf inputs.nixpkgs "x86_64-linux" ./hosts/servers
        // hostsOf inputs.nixpkgs "aarch64-linux" ./hosts/aarch64;
    };
}
