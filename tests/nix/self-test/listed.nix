{
  list = [ "once" ];
}
