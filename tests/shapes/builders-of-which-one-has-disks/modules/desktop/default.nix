{ config, lib, ... }:
let
  inherit (lib.site) mkOpt mkRequired;

  cfg = config.site.desktop;
in
{
  options.site.desktop = with lib.types; {
    label = mkRequired str "What the machine is called on the screen.";
    colour = mkOpt str "grey" "The colour behind that.";
  };

  config.environment.etc.label.text = "${cfg.label} on ${cfg.colour}";
}
