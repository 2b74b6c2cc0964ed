{
  inputs,
  pkgs,
  system,
}:
let
  names = [
    "tower"
    "laptop"
  ];
  make = name: {
    ${name} = inputs.nixpkgs.lib.nixosSystem {
      inherit pkgs system;
      modules = [ ../hosts/${name} ];
      specialArgs = { inherit inputs; };
    };
  };
in
pkgs.lib.mergeAttrsList (map make names)
