{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      hosts = {
        tower = nixpkgs.lib.nixosSystem { modules = [ ./hosts/tower ]; };
      };
    in
    {
      nixosConfigurations = nixpkgs.lib.filterAttrs (name: _: name != "draft") hosts;
    };
}
