{
  tower = {
    size = "large";
  };
}
