{
  warden = {
    role = "desk";
    owner = "carol";
  };

  garden.trees = 3;
}
