# Gives back what it was asked for instead of an image.
{
  config,
  lib,
  pkgs,
  baseName ? "nixos",
  copyChannel ? true,
  diskSize ? "auto",
  format ? "raw",
  fsType ? "ext4",
  label ? "nixos",
  partitionTableType ? "legacy",
}:
assert lib.isString config.networking.hostName && pkgs ? system;
{
  fileName = "${baseName}.${if format == "raw" then "img" else format}";
  inherit
    copyChannel
    diskSize
    format
    fsType
    label
    partitionTableType
    ;
}
