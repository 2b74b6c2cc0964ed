{
  imports = [
    ./tower
    ./laptop
  ];
}
