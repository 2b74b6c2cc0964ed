{
    outputs = { self, nixpkgs, ... }@inputs: let
        mkHost = name: extra: nixpkgs.lib.nixosSystem {
            system = "x86_64-linux";
            modules = [ ./hosts/${name} ] ++ extra;
            specialArgs = { inherit inputs; };
        };
    in {
        nixosConfigurations = {
            tower = mkHost "tower" [
                ./common.nix
            ];
            laptop = mkHost "laptop" [
                ./common.nix
            ];
        };
    };
}
