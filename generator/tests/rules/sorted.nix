let
  hosts = { web = { key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8"; rank = 2; }; db = { key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAImZQk9s0Wi1zb1Dj6TB9Yp8NiXYMyJ8CPx30oMYJoqA4"; rank = 1; }; };
  byRank = builtins.sort (a: b: a.rank < b.rank) (builtins.attrValues hosts);
in
{
  "a.age".publicKeys = map (h: h.key) byRank;
  "b.age".publicKeys = builtins.sort builtins.lessThan (map (h: h.key) byRank);
}
