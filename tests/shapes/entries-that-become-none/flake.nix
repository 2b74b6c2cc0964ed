{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      hosts = [
        {
          name = "tower";
          screen = "DP-1";
        }
        {
          name = "laptop";
          screen = "eDP-1";
        }
      ];
      named = host: "${host.name}${nixpkgs.lib.optionalString (host.screen == "") "-headless"}";
    in
    {
      nixosConfigurations = nixpkgs.lib.foldl' (
        all: host:
        all
        // {
          ${named host} = nixpkgs.lib.nixosSystem {
            specialArgs = { inherit inputs host; };
            modules = [ ./hosts/${host.name} ];
          };
        }
      ) { } hosts;
    };
}
