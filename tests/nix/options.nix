# The options of our modules that don't say what they are, as nixpkgs' own do:
#
#   nix-instantiate --eval --strict --json tests/nix/options.nix
let
  lib = import ./nixpkgs/lib;

  # The manual is made without a configuration: a default that needs one has a text instead.
  none = throw "There is no configuration here.";
  declared =
    path:
    (import path {
      inherit lib;
      config = none;
      options = none;
      pkgs = none;
    }).options;
  isPlain = x: (builtins.tryEval (builtins.deepSeq x x)).success;

  lacking =
    option:
    lib.optional (!option ? type) "type"
    ++ lib.optional (!option ? description) "description"
    ++ lib.optional (!option ? example) "example"
    ++ lib.optional (
      option ? default && !option ? defaultText && !isPlain option.default
    ) "defaultText";

  visit =
    loc: x:
    if lib.isOption x then
      map (what: "${lib.showOption loc} has no ${what}") (lacking x)
      ++ lib.optionals (x.type ? getSubOptions) (visit loc (x.type.getSubOptions loc))
    else
      lib.concatLists (lib.mapAttrsToList (name: visit (loc ++ [ name ])) x);
in
lib.concatMap (path: visit [ ] (declared path)) [
  ../../modules/agent.nix
  ../../modules/agent-home.nix
  ../../modules/agent-host.nix
]
