let
  users = {
    # The operators. In a fresh tree it is the example key, which everybody has:
    # `agent-tool init --admin-key FILE.pub` puts yours in its place.
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
