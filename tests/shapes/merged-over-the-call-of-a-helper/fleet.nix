[
  {
    name = "tower";
    user = "ann";
  }
  {
    name = "laptop";
    user = "bob";
  }
]
