{
  outputs =
    { nixpkgs, fleet, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      isMachine = name: kind: kind == "regular" && lib.hasSuffix ".machine.nix" name;
      files = lib.filterAttrs isMachine (builtins.readDir ./hosts);
      host =
        name: _:
        lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [ (./hosts + "/${name}") ];
        };
    in
    {
      nixosConfigurations = lib.mapAttrs host files;
    };
}
