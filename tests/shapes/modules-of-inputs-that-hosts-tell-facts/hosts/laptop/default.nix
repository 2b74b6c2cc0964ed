{
  warden = {
    role = "desk";
    owner = "carol";
  };

  garden.trees = 3;
  hjem.users.carol.enable = true;
}
