{
  tower.version = "25.11";
  shelf.version = "25.05";
}
