let
  users = {
    # The example key: everybody has its private half. Put your own in its place, and seal the
    # secrets again with new values.
    alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4";
  };
  # The agents' SSH host keys, by the names of their machines: `new-agent` writes them here.
  systems = {
  };
  adminKeys = [ users.alice ];
in
{
  "secrets/stalwart-mail-aria-password.age".publicKeys = adminKeys;
}
