{
  fleet.hosts = {
    tower = { };
    laptop = { };
  };
}
