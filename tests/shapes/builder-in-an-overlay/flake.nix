{
  outputs =
    { self, nixpkgs, other, ... }@inputs:
    let
      system = "x86_64-linux";
      overlays = import ./lib/overlays.nix { inherit inputs system; };
      pkgs = import nixpkgs {
        inherit overlays system;
        config.allowUnfree = true;
      };
    in
    {
      packages.${system} = { inherit (pkgs) hello; };
      nixosConfigurations = pkgs.builders.mkHosts { };
    };
}
