# What `cargo xtask test`, `deploy` and the guide need, beside Nix itself.
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
