{
  imports = [
    ./common
    ./laptop
    ./tower
  ];
}
