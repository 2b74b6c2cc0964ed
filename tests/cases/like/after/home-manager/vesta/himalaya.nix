{ osConfig, pkgs, ... }:
let
  mailHost = osConfig.agent.settings.mail-host;
in
{
  programs.himalaya.enable = true;

  accounts.email.accounts.vesta = {
    primary = true;
    address = "vesta@ncrmro.com";
    realName = "Vesta";
    userName = "vesta"; # the login at Stalwart
    passwordCommand = [
      "${pkgs.coreutils}/bin/cat"
      osConfig.age.secrets.stalwart-mail-vesta-password.path
    ];
    folders = {
      sent = "Sent Items"; # as Stalwart names them
      trash = "Deleted Items";
    };
    imap = {
      host = mailHost;
      port = 993;
    };
    smtp = {
      host = mailHost;
      port = 465;
    };
    himalaya.enable = true;
  };
}
