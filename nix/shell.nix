# What `cargo xtask test` and the commands of the guide need.
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
  qemu-utils,
  rust-analyzer,
  rustc,
  rustfmt,
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
    qemu-utils
  ];
}
