{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      hostname = "tower";
      host = {
        user = "ada";
        monitors.main = "DP-1";
      };
    in
    {
      nixosConfigurations.tower = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = {
          inherit
            inputs
            self
            host
            hostname
            ;
          theme = "dark";
        };
        modules = [ ./hosts/tower ];
      };
    };
}
