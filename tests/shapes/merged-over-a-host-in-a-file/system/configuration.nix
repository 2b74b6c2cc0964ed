{
  lib,
  system,
  hostName,
}:
{
  ${hostName} = lib.nixosSystem {
    inherit system;
    modules = [
      {
        networking = { inherit hostName; };
        services.openssh.enable = true;
      }
    ];
  };
}
