{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        name:
        { size }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs size; };
          modules = [
            ./hosts/${name}
            ./homes/${name}.nix
          ];
        };
    in
    {
      nixosConfigurations = (nixpkgs.lib.mapAttrs mkHost (import ./hosts.nix)) // {
        board = inputs.other.lib.nixosSystem {
          system = "aarch64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/board ];
        };
      };
    };
}
