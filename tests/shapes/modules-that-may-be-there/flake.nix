{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      mkHost =
        name:
        let
          extra = ./hosts/${name}/extra.nix;
        in
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ ./hosts/${name} ] ++ lib.optional (builtins.pathExists extra) extra;
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost "tower";
        laptop = mkHost "laptop";
      };
    };
}
