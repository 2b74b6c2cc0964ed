# Mail accounts.
{ config, lib, ... }:
let
  inherit (lib) mkEnableOption mkOption types;
  option = type: default: mkOption { inherit type default; };

  server = types.nullOr (
    types.submodule {
      options = {
        host = mkOption { type = types.str; };
        port = option (types.nullOr types.port) null;
        tls = {
          enable = option types.bool true;
          useStartTls = option types.bool false;
        };
      };
    }
  );

  accounts = lib.attrValues config.accounts.email.accounts;
in
{
  options.accounts.email.accounts = option (types.attrsOf (
    types.submodule {
      options = {
        address = mkOption { type = types.strMatching ".*@.*"; };
        realName = mkOption { type = types.str; };
        userName = option (types.nullOr types.str) null;
        primary = option types.bool false;
        passwordCommand = option (types.nullOr (types.either types.str (types.listOf types.str))) null;
        folders = {
          inbox = option types.str "Inbox";
          sent = option (types.nullOr types.str) "Sent";
          drafts = option (types.nullOr types.str) "Drafts";
          trash = option types.str "Trash";
        };
        imap = option server null;
        smtp = option server null;
        himalaya.enable = mkEnableOption "Himalaya for this account";
      };
    }
  )) { };

  config.assertions = lib.optional (accounts != [ ]) {
    assertion = lib.length (lib.filter (account: account.primary) accounts) == 1;
    message = "Must have exactly one primary mail account.";
  };
}
