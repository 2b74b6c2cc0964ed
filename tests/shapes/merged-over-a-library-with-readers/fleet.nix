{
  online = [
    "tower"
    "laptop"
  ];
  machines = {
    tower.user = "ann";
    laptop.user = "bob";
    attic.user = "ann";
  };
}
