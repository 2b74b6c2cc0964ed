{
  perSystem = { };
}
