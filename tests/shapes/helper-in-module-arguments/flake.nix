{
  outputs =
    inputs@{ flake-parts, ... }:
    flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = [ ./machines ];
      flake =
        let
          motd = "hello";
        in
        {
          nixosModules.motd = {
            users.motd = motd;
          };
        };
    };
}
