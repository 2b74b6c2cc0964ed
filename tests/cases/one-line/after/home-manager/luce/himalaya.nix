{ osConfig, pkgs, ... }:
let
  mailHost = osConfig.agent.settings.mail-host;
in
{
  programs.himalaya.enable = true;

  accounts.email.accounts.luce = {
    primary = true;
    address = "luce@ncrmro.com";
    realName = "Luce";
    userName = "luce"; # the login at Stalwart
    passwordCommand = [
      "${pkgs.coreutils}/bin/cat"
      osConfig.age.secrets.stalwart-mail-luce-password.path
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
