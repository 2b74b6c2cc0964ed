{
  outputs =
    inputs@{ flake-parts, ... }:
    flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" ];
      imports = [
        inputs.clan-core.flakeModules.default
        (inputs.import-tree ./modules)
      ];

      flake.clan =
        { self, ... }:
        {
          meta.name = "home";
          meta.domain = "example.org";
        };
    };
}
