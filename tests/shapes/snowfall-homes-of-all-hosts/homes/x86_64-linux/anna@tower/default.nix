{ osConfig, ... }:
{
  programs.atuin.settings.key_path = osConfig.sops.secrets.history.path;
}
