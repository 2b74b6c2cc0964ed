{ inputs, lib, ... }:
{
  imports = [ inputs.easy-hosts.flakeModule ];

  easy-hosts = {
    autoConstruct = true;
    path = ./.;
    perClass = class: {
      modules = builtins.concatLists [
        (lib.optionals (class == "nixos") [ (inputs.import-tree ../modules/nixos) ])
        (lib.optionals (class == "darwin") [ (inputs.import-tree ../modules/darwin) ])
      ];
    };
  };
}
