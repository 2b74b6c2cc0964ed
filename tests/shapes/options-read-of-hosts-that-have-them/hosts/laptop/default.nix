{
  fleet.role = "desk";
}
