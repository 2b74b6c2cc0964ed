# Makes whom it names.
{
  users.users.guest = {
    isNormalUser = true;
    extraGroups = [ "audio" ];
  };
}
