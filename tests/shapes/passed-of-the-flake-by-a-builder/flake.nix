{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (self) outputs;
      version = "25.05";
      helpers = import ./lib { inherit inputs outputs version; };
    in
    {
      overlays = { };
      nixosConfigurations = {
        larch = helpers.mkHost {
          hostname = "larch";
          desktop = "sway";
        };
        rowan = helpers.mkHost {
          hostname = "rowan";
          desktop = "gnome";
        };
      };
    };
}
