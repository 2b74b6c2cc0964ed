{
  outputs =
    { nixpkgs, home-manager, ... }@inputs:
    let
      fleet = import ./fleet.nix;
      owner = "kim";
      nickname = "biggest";
      hostName = "tower";
    in
    {
      nixosConfigurations.${hostName} = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = {
          inherit fleet owner nickname;
          inherit (fleet) zone hostId;
          inherit (fleet.paths) shared;
          disk = "/dev/sda";
          isLarge = true;
          mounts = import ./hosts/tower/mounts.nix;
        }
        // {
          sources = inputs;
          rooms = import ./rooms { inherit (nixpkgs) lib; };
        };
        modules = [ ./hosts/tower ];
      };

      homeConfigurations.${owner} = home-manager.lib.homeManagerConfiguration {
        extraSpecialArgs = { inherit owner; };
        modules = [ ];
      };
    };
}
