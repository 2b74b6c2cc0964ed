{
  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      hosts = {
        tower = {
          system = "x86_64-linux";
        };
        laptop = {
          system = "x86_64-linux";
        };
        mini = {
          system = "aarch64-darwin";
        };
      };
      all = lib.mapAttrsToList (name: value: { inherit name value; }) hosts;
      machines = builtins.filter (host: (host.value.kind or "machine") != "home") all;
      make = host: {
        inherit (host) name;
        value = lib.nixosSystem {
          inherit (host.value) system;
          modules = [ ./hosts/${host.name} ];
          specialArgs = { inherit inputs; };
        };
      };
      of = kind: builtins.filter (host: lib.hasSuffix kind host.value.system) machines;
    in
    {
      nixosConfigurations = builtins.listToAttrs (map make (of "-linux"));
      darwinConfigurations = builtins.listToAttrs (map make (of "-darwin"));
    };
}
