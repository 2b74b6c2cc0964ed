{
  tower = {
    configuration = ./hosts/tower;
  };
  laptop = {
    configuration = ./hosts/laptop;
  };
  # Not NixOS.
  printer = {
    address = "192.0.2.30";
  };
}
