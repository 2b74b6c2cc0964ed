let
  systems = { web.key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8"; db = { }; };
  key = name: systems.${name}.key or "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI6I/mt5PIE4CBt9A5JNoGsqjZeZiuWhZcdMCZQ7RS1KM";
in
{
  "a.age".publicKeys = map key [ "web" "db" "none" ];
  "b.age".publicKeys = [ (if systems ? db.key then "x" else "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAImZQk9s0Wi1zb1Dj6TB9Yp8NiXYMyJ8CPx30oMYJoqA4") ];
}
