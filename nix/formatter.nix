# `nix fmt`: every Nix file but the tool's templates, which are no Nix yet, and the tests' odd ones.
{ nixfmt-tree }:
nixfmt-tree.override {
  settings.excludes = [
    "generator/templates/*"
    "generator/tests/*"
    "tests/cases/*"
    "tests/shapes/*"
  ];
}
