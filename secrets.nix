let
  users = {
    # The operators. In a fresh clone it is the example key, which everybody has (tests/keys/):
    # `cargo xtask init --admin-key FILE.pub` puts yours in its place.
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
