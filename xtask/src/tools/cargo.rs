//! The programs that the test suites run.

use std::{env, fmt, path::Path};

use anyhow::Result;
use clap::ValueEnum;
use xshell::{Shell, cmd};

/// One suite of `cargo xtask test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// rustfmt
    Format,
    /// clippy
    Lint,
    /// The tests of both crates
    Test,
    /// Every Nix file, as Nix itself parses and evaluates it
    Nix,
    /// `check` on the tree itself
    Tree,
    /// `deploy` and `vm` on real machines, which are emulated: libvirt, QEMU and a Debian guest
    Vm,
}

impl Suite {
    /// All of them, the quick ones first.
    pub(crate) const ALL: [Self; 6] = [Self::Format, Self::Tree, Self::Lint, Self::Nix, Self::Test, Self::Vm];
}

/// What runs machines, and what builds the guest of tests/vm/guest.
const MACHINES: [&str; 13] = [
    "virsh",
    "libvirtd",
    "qemu-system-x86_64",
    "qemu-img",
    "virt-xml-validate",
    "xmllint",
    "ssh",
    "mmdebstrap",
    "newuidmap",
    "mke2fs",
    "sfdisk",
    "mkfs.fat",
    "syslinux",
];
const INSTALL_MACHINES: &str = "apt-get install libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients \
    libxml2-utils qemu-system-x86 qemu-utils openssh-client mmdebstrap uidmap e2fsprogs fdisk dosfstools mtools \
    syslinux syslinux-common";

/// How to install what a suite needs, if any of it is missing.
pub(crate) fn missing(suite: Suite) -> Option<&'static str> {
    let (programs, install): (&[_], _) = match suite {
        Suite::Format => (&["cargo-fmt"], "rustup component add rustfmt"),
        Suite::Lint => (&["cargo-clippy"], "rustup component add clippy"),
        Suite::Nix => (&["nix-instantiate"], "apt-get install nix-bin"),
        Suite::Vm => (&MACHINES, INSTALL_MACHINES),
        Suite::Test | Suite::Tree => return None,
    };
    // Some of what builds the guest's file systems is for root, on Debian: a plain user's PATH goes without it.
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]).collect();
    let there = |program: &&str| folders.iter().any(|folder| folder.join(program).is_file());
    (!programs.iter().all(there)).then_some(install)
}

/// Runs a suite at `root` and says whether it passed; what it prints goes to the terminal.
pub(crate) fn passes(suite: Suite, root: &Path) -> Result<bool> {
    let shell = Shell::new()?;
    shell.change_dir(root);
    let command = match suite {
        Suite::Format => cmd!(shell, "cargo fmt --all --check"),
        Suite::Lint => cmd!(shell, "cargo clippy --workspace --all-targets -- --deny warnings"),
        Suite::Test => cmd!(shell, "cargo test --workspace -- --skip with_nix::"),
        Suite::Nix => cmd!(shell, "cargo test --package xtask --test commands with_nix::"),
        Suite::Tree => cmd!(shell, "cargo xtask check"),
        Suite::Vm => cmd!(shell, "cargo test --package xtask --test commands with_vm:: -- --ignored"),
    };
    Ok(command.quiet().run().is_ok())
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "format",
            Self::Lint => "lint",
            Self::Test => "test",
            Self::Nix => "nix",
            Self::Tree => "tree",
            Self::Vm => "vm",
        })
    }
}
