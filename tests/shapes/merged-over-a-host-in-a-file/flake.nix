{
  outputs =
    { self, nixpkgs, ... }:
    let
      system = "x86_64-linux";
      hostName = "tower";
    in
    {
      nixosConfigurations = import ./system/configuration.nix {
        inherit system hostName;
        lib = nixpkgs.lib;
      };
    };
}
