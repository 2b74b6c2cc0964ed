{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      hostname = "tower";
    in
    {
      nixosConfigurations.${hostname} = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ ./hosts/${hostname} ];
        specialArgs = { inherit inputs hostname; };
      };
    };
}
