{
  flake.modules.nixos."hosts/tower" = {
    fileSystems."/".device = "/dev/disk/by-label/tower";
  };
}
