# What `cargo xtask test`, `deploy` and the guide need, beside Nix itself. Only the suite `vm` is
# skipped here: it builds its guest with Debian's own tools, which it finds on Debian.
{
  age,
  cargo,
  clippy,
  git,
  jq,
  libvirt,
  mkShell,
  nixfmt,
  nixos-rebuild-ng,
  openssh,
  passt,
  qemu,
  rust-analyzer,
  rustc,
  rustfmt,
  virt-viewer,
}:
mkShell {
  packages = [
    cargo
    clippy
    rust-analyzer
    rustc
    rustfmt

    nixfmt

    age
    git
    jq

    libvirt
    nixos-rebuild-ng
    openssh
    passt
    qemu
    virt-viewer
  ];
}
