{ self, ... }:
{
  flake.nixosConfigurations = {
    tower = self.lib.mkHost "tower";
    laptop = self.lib.mkHost "laptop";
  };
}
