{
  site.greeting = "welcome";
}
