{
  users.users.ann = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
  };
}
