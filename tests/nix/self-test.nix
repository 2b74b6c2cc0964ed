# Is the stand-in for the module system an honest one? Lists the cases that it gets wrong:
#
#   nix-instantiate --eval --strict --json tests/nix/self-test.nix
let
  lib = import ./nixpkgs/lib;
  inherit (lib) mkOption types;

  declarations = {
    options = {
      flag = lib.mkEnableOption "a flag";
      name = mkOption {
        type = types.str;
        default = "nobody";
      };
      unset = mkOption { type = types.int; };
      port = mkOption {
        type = types.port;
        default = 1;
        apply = toString;
      };
      list = mkOption {
        type = types.listOf types.str;
        default = [ ];
      };
      people = mkOption {
        type = types.attrsOf (
          types.submodule (
            { name, ... }:
            {
              options.login = mkOption {
                type = types.str;
                default = name;
              };
              options.config = mkOption {
                type = types.bool;
                default = false;
              };
            }
          )
        );
        default = { };
      };
      fixed = mkOption {
        type = types.int;
        default = 7;
        readOnly = true;
      };
      open = mkOption {
        type = types.submodule {
          freeformType = types.attrsOf types.anything;
          options.below.known = mkOption { type = types.int; };
        };
      };
    };
  };

  evaluate =
    modules:
    (lib.evalModules {
      modules = [ declarations ] ++ modules;
      specialArgs.given = "given";
    });
  config = modules: (evaluate modules).config;

  # `expected = null` stands for a refusal.
  case = title: actual: expected: {
    inherit title;
    good =
      let
        tried = builtins.tryEval (builtins.deepSeq actual actual);
      in
      if expected == null then !tried.success else tried.success && tried.value == expected;
  };
  fails = title: actual: case title actual null;

  cases = [
    (case "a default" (config [ ]).name "nobody")
    (case "a definition beats the default" (config [ { name = "a"; } ]).name "a")
    (case "mkDefault loses"
      (config [
        { name = lib.mkDefault "a"; }
        { name = "b"; }
      ]).name
      "b"
    )
    (case "mkForce wins"
      (config [
        { name = lib.mkForce "a"; }
        { name = "b"; }
      ]).name
      "a"
    )
    (case "equal definitions agree"
      (config [
        { name = "a"; }
        { name = "a"; }
      ]).name
      "a"
    )
    (fails "unequal ones clash"
      (config [
        { name = "a"; }
        { name = "b"; }
      ]).name
    )
    (fails "two defaults clash"
      (config [
        { name = lib.mkDefault "a"; }
        { name = lib.mkDefault "b"; }
      ]).name
    )
    (case "mkIf false defines nothing" (config [ { name = lib.mkIf false "a"; } ]).name "nobody")
    (case "mkIf around a set reaches its options" (config [ (lib.mkIf true { name = "a"; }) ]).name "a")
    (case "mkIf may depend on the configuration"
      (config [
        ({ config, ... }: { config = lib.mkIf config.flag { name = "a"; }; })
        { flag = true; }
      ]).name
      "a"
    )
    (case "lists join in order"
      (config [
        { list = [ "b" ]; }
        { list = lib.mkBefore [ "a" ]; }
        {
          list = lib.mkMerge [
            [ "c" ]
            (lib.mkIf false [ "x" ])
            (lib.mkAfter [ "d" ])
          ];
        }
      ]).list
      [
        "a"
        "b"
        "c"
        "d"
      ]
    )
    (case "apply" (config [ { port = 22; } ]).port "22")
    (fails "a value of the wrong type" (config [ { port = "22"; } ]).port)
    (fails "a value out of range" (config [ { port = 65536; } ]).port)
    (fails "an element of the wrong type" (config [ { list = [ 1 ]; } ]).list)
    (fails "an option that does not exist" (config [ { nmae = "a"; } ]).name)
    (fails "one that does not exist in a submodule" (config [ { people.a.lgoin = "b"; } ]).people)
    (fails "an option without a value" (config [ ]).unset)
    (case "isDefined" (evaluate [ ]).options.unset.isDefined false)
    (case "a submodule knows its name" (config [ { people.a = { }; } ]).people.a.login "a")
    (case "its definitions merge"
      (config [
        { people.a.config = true; }
        { people.a.login = "b"; }
      ]).people.a
      {
        config = true;
        login = "b";
      }
    )
    (case "a freeform type takes what no option does"
      (config [
        {
          open.free = true;
          open.below.known = 1;
        }
        { open.below.free = "a"; }
      ]).open
      {
        free = true;
        below.known = 1;
        below.free = "a";
      }
    )
    (fails "its options keep their types" (config [ { open.below.known = "a"; } ]).open)
    (fails "a read-only option" (config [ { fixed = 8; } ]).fixed)
    (fails "a set where an option stands" (config [ { name.first = "a"; } ]).name)
    (case "an argument from specialArgs" (config [ ({ given, ... }: { name = given; }) ]).name "given")
    (fails "an argument that nobody gives" (config [ ({ missing, ... }: { name = missing; }) ]).name)
    (case "imports" (config [ { imports = [ { imports = [ { name = "a"; } ]; } ]; } ]).name "a")
    (case "a file twice counts once"
      (config [
        { imports = [ ./self-test/listed.nix ]; }
        ./self-test/listed.nix
      ]).list
      [ "once" ]
    )
    (fails "a file that does not exist" (config [ ./self-test/nowhere.nix ]).name)
    (fails "config beside other attributes"
      (config [
        {
          config.name = "a";
          flag = true;
        }
      ]).name
    )
    (fails "an option declared twice"
      (config [ { options.name = mkOption { type = types.str; }; } ]).name
    )
  ];
in
map (case: case.title) (lib.filter (case: !case.good) cases)
