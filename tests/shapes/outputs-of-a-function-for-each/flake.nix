{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      machine = name: arguments: {
        nixosConfigurations = {
          ${name} = lib.nixosSystem {
            inherit (arguments) system;
            modules = [ ./hosts/${name} ] ++ arguments.modules;
            specialArgs = { inherit inputs; };
          };
        };
        deploy.nodes.${name}.hostname = name;
      };
      tower = machine "tower" {
        system = "x86_64-linux";
        modules = [ { networking.hostId = "6d2f1f3a"; } ];
      };
      laptop = machine "laptop" {
        system = "x86_64-linux";
        modules = [ { services.tlp.enable = true; } ];
      };
    in
    lib.foldl' lib.recursiveUpdate { } [
      tower
      laptop
    ];
}
