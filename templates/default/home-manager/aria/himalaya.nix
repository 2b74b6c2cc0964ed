{ osConfig, pkgs, ... }:
let
  mailHost = osConfig.agent.settings.mail-host;
in
{
  programs.himalaya.enable = true;

  accounts.email.accounts.aria = {
    primary = true;
    address = "aria@example.com";
    realName = "Aria";
    userName = "aria"; # the login at Stalwart
    passwordCommand = [
      "${pkgs.coreutils}/bin/cat"
      osConfig.age.secrets.stalwart-mail-aria-password.path
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
