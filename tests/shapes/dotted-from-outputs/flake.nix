{
  inputs = { };
  outputs =
    inputs:
    let
      inherit (inputs) nixpkgs;
    in
    {
      nixosConfigurations.tower = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ ./hosts/tower ];
        specialArgs.inputs = inputs;
      };
    };
}
