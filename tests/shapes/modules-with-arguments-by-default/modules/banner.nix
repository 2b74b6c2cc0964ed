{
  text,
  end ? "!",
}:
{
  users.motd = text + end;
}
