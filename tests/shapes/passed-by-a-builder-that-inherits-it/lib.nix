{ inputs, owner }:
let
  inherit (inputs) nixpkgs self;
in
{
  mkHost =
    folder:
    nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = { inherit owner self; };
      modules = [
        folder
        (folder + "/home.nix")
      ];
    };
}
