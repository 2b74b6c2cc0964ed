{
  site.user.name = "someone";
}
