# Packages without content: a name and a path to refer to. One that is not listed is an error.
{ lib, system }:
let
  package = pname: {
    type = "derivation";
    inherit pname system;
    name = pname;
    outPath = "/nix/store/00000000000000000000000000000000-${pname}";
    __toString = self: self.outPath;
    meta = { };
  };

  builders = import ./builders.nix { inherit lib system package; };

  pkgs =
    lib.genAttrs [
      "age"
      "bash"
      "bat"
      "bitwarden-cli"
      "cargo"
      "clippy"
      "coreutils"
      "eza"
      "fd"
      "fzf"
      "git"
      "gitMinimal"
      "gnome-keyring"
      "gnutar"
      "himalaya"
      "htop"
      "installShellFiles"
      "jq"
      "libvirt"
      "makeWrapper"
      "nix"
      "nixfmt"
      "nixos-rebuild-ng"
      "openssh"
      "passt"
      "qemu"
      "qemu-utils"
      "ripgrep"
      "rust-analyzer"
      "rustc"
      "rustfmt"
      "tailscale"
      "tmux"
      "tree"
      "virt-viewer"
    ] package
    // builders
    // {
      inherit lib system;
      stdenv = {
        buildPlatform.canExecute = other: other.system == system;
        hostPlatform = { inherit system; };
      };

      # Each argument is a package of that name, or is given.
      callPackage =
        path: given:
        let
          f = import path;
          named =
            name: optional:
            lib.optionalAttrs (!optional || pkgs ? ${name}) {
              ${name} = pkgs.${name} or (throw "${toString path} wants `${name}', which is no package here.");
            };
          wanted = lib.mapAttrsToList named (builtins.functionArgs f);
        in
        f (builtins.foldl' (a: b: a // b) { } wanted // given);
    };
in
pkgs
