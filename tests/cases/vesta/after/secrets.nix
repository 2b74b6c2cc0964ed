let
  users = {
    # The example key: its private half is public, in tests/keys/.
    # `cargo xtask init --admin-key FILE.pub` puts yours in its place.
    ncrmro = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4";
  };
  # The agents' SSH host keys, by the names of their machines: `new-agent` writes them here.
  systems = {
    agent-vesta = "ssh-ed25519 <the public half of agent-vesta's host key>";
  };
  adminKeys = [ users.ncrmro ];
in
{
  "secrets/stalwart-mail-luce-password.age".publicKeys = adminKeys;
  "secrets/stalwart-mail-vesta-password.age".publicKeys = adminKeys ++ [ systems.agent-vesta ];
  "secrets/agent-vesta-host-key.age".publicKeys = adminKeys;
}
