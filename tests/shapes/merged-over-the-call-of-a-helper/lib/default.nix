{ inputs }:
{
  mkHosts =
    file:
    builtins.listToAttrs (
      map (host: {
        inherit (host) name;
        value =
          inputs.nixpkgs.lib.nixosSystem {
            specialArgs = {
              inherit inputs;
              inherit (host) user;
            };
            modules = [ ../hosts/${host.name} ];
          }
          // {
            inherit (host) user;
          };
      }) (import file)
    );
}
