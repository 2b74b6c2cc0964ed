let
  hosts = [
    { name = "web"; key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8"; role = "front"; }
    { name = "api"; key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyfUOwsex1HfqIKK73Z2YVtceLCESk/r//4nnkGfJpw"; role = "front"; }
    { name = "db"; key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAImZQk9s0Wi1zb1Dj6TB9Yp8NiXYMyJ8CPx30oMYJoqA4"; role = "back"; }
  ];
  groups = builtins.groupBy (host: host.role) hosts;
  keys = role: map (host: host.key) groups.${role};
  split = builtins.partition (host: host.role == "back") hosts;
in
{
  "front.age".publicKeys = keys "front";
  "back.age".publicKeys = keys "back";
  "right.age".publicKeys = map (h: h.key) split.right;
  "wrong.age".publicKeys = builtins.catAttrs "key" split.wrong;
}
