{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      host = name: {
        ${name} = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
      };
    in
    {
      nixosConfigurations = builtins.foldl' (a: b: a // b) { } [
        (host "tower")
        (host "laptop")
      ];
    };
}
