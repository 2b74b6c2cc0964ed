# Asks for what each host is passed by itself.
{ label, ... }:
{
  users.motd = label;
}
