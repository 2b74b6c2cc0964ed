{
  outputs =
    { self, nixpkgs, clan, ... }@inputs:
    let
      built = clan.lib.build {
        inherit self;
        specialArgs = { inherit inputs; };
      };
    in
    {
      nixosConfigurations = built.config.nixosConfigurations;
    };
}
