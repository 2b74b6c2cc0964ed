{
  config,
  inputs,
  lib,
  ...
}:
let
  # Every host but this one.
  desks = lib.filterAttrs (
    _: host: (host.config.networking.fqdn != config.networking.fqdn && host.config.fleet.role == "desk")
  ) inputs.self.nixosConfigurations;
in
{
  options.fleet.role = lib.mkOption { default = null; };

  config.networking.hosts = lib.mapAttrs' (
    name: host: lib.nameValuePair host.config.networking.fqdn [ name ]
  ) desks;
}
