let
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQt/fk0Dl5U63tR2ufBaCXqHZ9cHDf2tmUpfWoMMP3E";
  others = { alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF9r98vlIH0Uv31hw3MK2/lrKtsmEEUivY6O5uSNVjtI"; bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIeh2ENJWip8yhN42cYxzHqId31BV723ZDeNpknB7QhL8"; };
in
with others;
{
  "a.age".publicKeys = [ alice bob ];
}
