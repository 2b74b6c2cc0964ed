{
  outputs =
    {
      nixpkgs,
      vault,
      ...
    }@inputs:
    let
      make =
        node:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = {
            inherit inputs node;
            secrets = "${vault}/nodes";
          };
          modules = [
            ./common
            ./nodes/${node}.nix
          ];
        };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs [
        "tower"
        "laptop"
      ] make;
    };
}
