{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      settings = {
        name = "nixos";
        machine = "x13";
      };
    in
    {
      nixosConfigurations.${settings.name} = nixpkgs.lib.nixosSystem {
        system = "x86_64-linux";
        modules = [ (./. + "/profiles/work.nix") ];
        specialArgs = { inherit inputs settings; };
      };
    };
}
