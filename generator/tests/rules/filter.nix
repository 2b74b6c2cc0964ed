let
  systems = {
    web = { key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8"; roles = [ "mail" "web" ]; };
    db = { key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAImZQk9s0Wi1zb1Dj6TB9Yp8NiXYMyJ8CPx30oMYJoqA4"; roles = [ "db" ]; };
  };
  having = role: map (s: s.key) (builtins.filter (s: builtins.elem role s.roles) (builtins.attrValues systems));
in
{
  "mail.age".publicKeys = having "mail";
  "db.age".publicKeys = having "db";
  "none.age".publicKeys = having "none";
}
