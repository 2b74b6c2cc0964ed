{ inputs }:
let
  inherit (inputs.nixpkgs) lib;
in
lib.recursiveUpdate lib {
  own = {
    machine =
      name:
      { user }:
      lib.nixosSystem {
        system = "x86_64-linux";
        specialArgs = { inherit inputs user; };
        modules = [ ../hosts/${name} ];
      };
    # Nothing of this makes hosts.
    folders = folder: builtins.attrNames (builtins.readDir folder);
  };
}
