# Whom it names need not be there.
{
  services.printing.enable = true;
  nix.settings.trusted-users = [ "anna" ];
}
