let
  compose = f: g: x: f (g x);
  singleton = x: [ x ];
  publicKeys = keys: { publicKeys = keys; };
  only = compose publicKeys singleton;
  hosts = { web = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI4XhSSydIt+IYw9xi7Sdzrdd9q4KdQH25P+jIADmy1n8"; db = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAImZQk9s0Wi1zb1Dj6TB9Yp8NiXYMyJ8CPx30oMYJoqA4"; };
  names = builtins.attrNames hosts;
in
builtins.listToAttrs (
  builtins.concatMap (name: [
    { name = "${name}/a.age"; value = only hosts.${name}; }
    { name = "${name}/b.age"; value = only hosts.${name} // { armor = true; }; }
  ]) names
)
