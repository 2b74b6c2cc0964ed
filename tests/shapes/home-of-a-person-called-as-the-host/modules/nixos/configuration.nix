{
  users.users.anna.isNormalUser = true;
}
