# The part of nixpkgs' library that a configuration such as this one uses.
let
  lib =
    import ./trivial.nix
    // import ./options.nix
    // {
      fileset = import ./fileset.nix { inherit lib; };
      types = import ./types.nix { inherit lib; };
      mkEnableOption =
        name:
        lib.mkOption {
          type = lib.types.bool;
          default = false;
          example = true;
          description = "Whether to enable ${name}.";
        };
    }
    // import ./merge.nix { inherit lib; }
    // import ./modules.nix { inherit lib; };
in
lib
