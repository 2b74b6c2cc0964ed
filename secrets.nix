let
  users = {
    # The example key: everybody has its private half, in tests/keys/. Put your own in its
    # place (docs/AGENIX_SECRET_MANAGEMENT.md).
    ncrmro = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4";
  };
  # The agents' SSH host keys, by the names of their machines: `new-agent` writes them here.
  systems = {
  };
  adminKeys = [ users.ncrmro ];
in
{
  "secrets/stalwart-mail-drago-password.age".publicKeys = adminKeys;
  "secrets/stalwart-mail-luce-password.age".publicKeys = adminKeys;
}
