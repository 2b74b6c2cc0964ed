{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    fleet.url = "github:example/fleet";
  };

  outputs = inputs: inputs.fleet.lib.flake { inherit inputs; };
}
