{ modulesPath, ... }:
{
  imports = [ (modulesPath + "/virtualisation/proxmox-lxc.nix") ];

  i18n.defaultLocale = "C.UTF-8";
}
