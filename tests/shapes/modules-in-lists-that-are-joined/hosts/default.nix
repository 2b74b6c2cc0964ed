{ inputs, outputs }:
let
  inherit (inputs.nixpkgs) lib;
  homes = inputs.home-manager.nixosModules.home-manager;

  mkHost =
    {
      hostname,
      username,
      isLaptop ? false,
      ...
    }@given:
    lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = lib.recursiveUpdate {
        inherit
          inputs
          outputs
          hostname
          username
          isLaptop
          ;
      } (given.specialArgs or { });
      modules = lib.concatLists [
        [ { nixpkgs.overlays = builtins.attrValues outputs.overlays; } ]
        (lib.flatten [
          (lib.singleton ./${hostname}/configuration.nix)
          (lib.singleton ./${hostname}/disks.nix)
          (lib.singleton ../profiles/server)
          (lib.singleton ../profiles/desktop.nix)
          (given.modules or [ ])
        ])
        (lib.optionals isLaptop [ inputs.garden.nixosModules.default ])
        [ homes ]
      ];
    };
in
{
  tower = mkHost {
    hostname = "tower";
    username = "ann";
    modules = [ ];
  };

  laptop = mkHost {
    hostname = "laptop";
    username = "ann";
    isLaptop = true;
  };
}
