{
  tower.system = "x86_64-linux";
  laptop.system = "x86_64-linux";
}
