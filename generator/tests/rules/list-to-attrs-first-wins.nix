builtins.listToAttrs [
  { name = "a.age"; value.publicKeys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E" ]; }
  { name = "a.age"; value.publicKeys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF9r98vlIH0Uv31hw3MK2/lrKtsmEEUivY6O5uSNVjtI" ]; }
]
