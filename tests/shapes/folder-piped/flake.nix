{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      mkHost = name: _: {
        ${name} = lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
      };
    in
    {
      nixosConfigurations = lib.pipe (builtins.readDir ./hosts) [
        (lib.filterAttrs (name: type: type == "directory" && !(lib.hasPrefix "_" name) && name != "common"))
        (lib.concatMapAttrs mkHost)
      ];
    };
}
