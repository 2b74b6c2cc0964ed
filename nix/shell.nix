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
    openssh
    passt
    qemu
    virt-viewer
  ];
}
