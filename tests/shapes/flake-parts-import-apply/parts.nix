{ mkHost }:
{ ... }:
{
  flake.nixosConfigurations = {
    tower = mkHost "tower";
    laptop = mkHost "laptop";
  };
}
