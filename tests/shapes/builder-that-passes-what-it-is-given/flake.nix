{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        {
          name,
          extraArgs ? { },
          extraModules ? [ ],
        }:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = extraArgs // {
            hostName = name;
          };
          modules = [
            ./hosts/${name}
            { networking.hostName = name; }
          ]
          ++ extraModules;
        };
    in
    {
      nixosConfigurations = {
        tower = mkHost { name = "tower"; };
        attic = mkHost {
          name = "attic";
          extraModules = [ { services.openssh.enable = true; } ];
        };
      };
    };
}
