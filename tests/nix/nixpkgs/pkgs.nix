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
in
lib.genAttrs [
  "bash"
  "bat"
  "bitwarden-cli"
  "coreutils"
  "eza"
  "fd"
  "fzf"
  "git"
  "gnome-keyring"
  "himalaya"
  "htop"
  "jq"
  "libvirt"
  "openssh"
  "passt"
  "qemu"
  "ripgrep"
  "tailscale"
  "tmux"
  "tree"
  "virt-viewer"
] package
// {
  inherit lib system;

  writeShellApplication =
    {
      name,
      text,
      runtimeInputs ? [ ],
    }:
    package name // { inherit text runtimeInputs; };
}
