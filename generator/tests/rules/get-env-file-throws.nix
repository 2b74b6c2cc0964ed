let
  file = builtins.getEnv "FILE";
  folder = if file == "" then throw "FILE isn't set" else baseNameOf (dirOf file);
  keys = { web = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8"; db = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAImZQk9s0Wi1zb1Dj6TB9Yp8NiXYMyJ8CPx30oMYJoqA4"; };
in
{
  "web/a.age".publicKeys = [ keys.${folder} ];
  "db/a.age".publicKeys = [ keys.${folder} ];
}
