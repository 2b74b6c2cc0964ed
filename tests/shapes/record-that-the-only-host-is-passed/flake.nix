{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      machine = import ./machine.nix;
      stateVersion = "25.11";
    in
    {
      nixosConfigurations.${machine.hostname} = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = {
          inherit inputs stateVersion;
          inherit (machine) hostname gpu;
        };
        modules = [ ./hosts/${machine.hostname}/configuration.nix ];
      };
    };
}
