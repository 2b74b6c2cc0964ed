{
  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations =
        builtins.mapAttrs
          (
            name: modules:
            nixpkgs.lib.nixosSystem {
              modules = modules ++ [ ./hosts/${name}.nix ];
              specialArgs = { inherit inputs; };
            }
          )
          {
            tower = [
              ./common
              { main-disk = "/dev/sda"; }
            ];

            laptop = [
              ./common
              {
                main-disk = "/dev/nvme0n1";
                networking.hostName = "laptop";
              }
            ];
          };
    };
}
