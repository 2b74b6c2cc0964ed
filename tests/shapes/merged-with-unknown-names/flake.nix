{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      everything = import ./outputs.nix;
    in
    {
      nixosConfigurations.tower = lib.nixosSystem { modules = [ ./hosts/tower ]; };
    }
    // lib.mapAttrs' (name: lib.nameValuePair (everything.prefix + name)) self.nixosConfigurations;
}
