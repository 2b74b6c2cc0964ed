{
  outputs =
    {
      self,
      nixpkgs,
      garden,
      hardware,
      ...
    }:
    let
      names = builtins.attrNames (builtins.readDir ./hosts);
      passed = { inherit garden; };
    in
    {
      nixosConfigurations = nixpkgs.lib.genAttrs names (
        host:
        let
          isApple = host == "laptop";
        in
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./hosts/${host}
            garden.nixosModules.default
            ./modules/common.nix
          ]
          ++ nixpkgs.lib.optionals isApple [ hardware.nixosModules.common-cpu-amd ];
          specialArgs = passed // {
            inherit host;
          };
        }
      );
    };
}
