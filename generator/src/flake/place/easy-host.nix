# What easy-hosts makes of an entry of its table, as far as that matters here: https://github.com/tgirlcloud/easy-hosts
{ inputs, nixosSystem }:
{
  isHost = _: host: host.class or "nixos" != "darwin";

  make =
    name:
    {
      arch ? "x86_64",
      class ? "nixos",
      modules ? [ ],
      path ? null,
      specialArgs ? { },
      ...
    }@host:
    nixosSystem {
      system = "${arch}-linux";
      modules =
        (
          if host ? path then
            [ path ]
          else if builtins.pathExists ./hosts/${name}/default.nix then
            [ ./hosts/${name} ]
          else
            [ ./systems/${name} ]
        )
        ++ modules;
      specialArgs = {
        inherit inputs;
      }
      // specialArgs;
    };
}
