{
  config,
  lib,
  namespace,
  ...
}@args:
{
  options.${namespace}.desktop.enable = lib.${namespace}.mkSwitch false "a desktop";

  config = lib.mkIf config.${namespace}.desktop.enable (
    lib.mkMerge [
      (import ./keys.nix args)
      { services.xserver.enable = true; }
    ]
  );
}
