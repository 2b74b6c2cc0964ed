{ inputs, lib, ... }:
let
  mkHost =
    name:
    lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./${name} ];
      specialArgs = { inherit inputs; };
    };
in
{
  # The machine under the desk.
  tower = mkHost "tower";

  # What travels.
  laptop = mkHost "laptop";
}
