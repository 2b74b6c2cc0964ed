{ lib }:
{
  mkOpt =
    type: default: description:
    lib.mkOption { inherit type default description; };

  mkRequired = type: description: lib.mkOption { inherit type description; };
}
