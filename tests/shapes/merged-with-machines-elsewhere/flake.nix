{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      containers = import ./containers { inherit inputs; };
      mkHost =
        hostname: modules:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = modules ++ [ ./hosts/${hostname} ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower" [ ];
        laptop = mkHost "laptop" [ ];
      }
      // containers;
    };
}
