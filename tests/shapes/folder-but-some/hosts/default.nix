{
  inputs,
  lib,
  self,
  ...
}:
let
  entries = builtins.removeAttrs (builtins.readDir ./.) [
    "common.nix"
    "default.nix"
  ];

  mkHost =
    path:
    let
      hostName = builtins.replaceStrings [ ".nix" ] [ "" ] path;
    in
    {
      name = hostName;
      value = inputs.nixpkgs.lib.nixosSystem {
        specialArgs = { inherit inputs self; };
        modules = [
          {
            imports = [ ./${path} ];

            nixpkgs.hostPlatform = lib.mkDefault "x86_64-linux";
            networking = {
              inherit hostName;
            };
          }
        ];
      };
    };
in
{
  flake.nixosConfigurations = builtins.listToAttrs (map mkHost (builtins.attrNames entries));
}
