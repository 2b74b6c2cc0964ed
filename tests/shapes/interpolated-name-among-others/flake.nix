{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      names.desktop = "tower";
      mkConfig =
        kind: machine: system:
        if kind == "system" then
          nixpkgs.lib.nixosSystem {
            inherit system;
            specialArgs = { inherit inputs; };
            modules = [ machine ];
          }
        else
          inputs.home-manager.lib.homeManagerConfiguration { modules = [ machine ]; };
    in
    {
      nixosConfigurations."${names.desktop}" = mkConfig "system" ./os/${names.desktop}/os.nix "x86_64-linux";
      nixosConfigurations."laptop" = mkConfig "system" ./os/laptop/os.nix "x86_64-linux";
    };
}
