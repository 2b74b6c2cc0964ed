{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        { hostname, address }:
        nixpkgs.lib.nixosSystem {
          specialArgs = { inherit inputs; };
          modules = [
            (./hosts + "/${hostname}")
            { networking.interfaces.lan.ipv4.addresses = [ address ]; }
          ];
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost {
          hostname = "tower";
          address = "192.0.2.11";
        };
        laptop = mkHost {
          hostname = "laptop";
          address = "192.0.2.12";
        };
      };
    };
}
