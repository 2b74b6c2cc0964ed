{
  time.timeZone = "UTC";
}
