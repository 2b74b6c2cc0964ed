{
  imports = [
    ./tower
    ./laptop
    # Not yet.
    # ./phone
    ./board
  ];
}
