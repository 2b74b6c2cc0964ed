{ inputs, ... }:
{
  _module.args.own = {
    mkHost =
      { name, modules }:
      {
        ${name} = inputs.nixpkgs.lib.nixosSystem {
          inherit modules;
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
        };
      };
  };
}
