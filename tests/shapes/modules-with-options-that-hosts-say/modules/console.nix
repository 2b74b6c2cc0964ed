{
  site.keys = "de";
}
