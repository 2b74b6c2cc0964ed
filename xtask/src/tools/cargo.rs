//! The programs that the test suites run.

use std::{
    env,
    ffi::OsString,
    fmt,
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
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
    /// Every fuzz target for a minute, from its corpus on
    Fuzz,
    /// `deploy` and `vm` on real machines, which are emulated: libvirt, QEMU and a Debian guest
    Vm,
}

impl Suite {
    /// All of them, the quick ones first.
    pub(crate) const ALL: [Self; 7] =
        [Self::Format, Self::Tree, Self::Lint, Self::Nix, Self::Test, Self::Fuzz, Self::Vm];
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
        Suite::Fuzz => (&["c++"], "apt-get install g++"),
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
        Suite::Fuzz => cmd!(shell, "cargo xtask fuzz"),
        Suite::Vm => cmd!(shell, "cargo test --package xtask --test commands with_vm:: -- --ignored"),
    };
    Ok(command.quiet().run().is_ok())
}

/// Runs the benchmarks of whole commands on trees of these sizes; of all, when none is named.
pub(crate) fn bench(root: &Path, sizes: &[String]) -> Result<()> {
    let shell = Shell::new()?;
    shell.change_dir(root);
    Ok(cmd!(shell, "cargo bench --quiet --package xtask --bench commands -- {sizes...}").quiet().run()?)
}

/// A way to hostile input: a target below `fuzz/targets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Edits of Nix files
    Editor,
    /// The evaluator of secrets.nix
    Rules,
    /// agent-tool.toml
    Settings,
    /// Names, paths, people
    Names,
    /// secrets/.recipients, and keys
    Recipients,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Editor => "editor",
            Self::Rules => "rules",
            Self::Settings => "settings",
            Self::Names => "names",
            Self::Recipients => "recipients",
        })
    }
}

/// What makes a program tell libFuzzer where it came along. These are options of the stable compiler; cargo-fuzz sets
/// the same, without a sanitizer.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Builds the fuzz targets, and says in which folder they are.
pub(crate) fn build_fuzz_targets(root: &Path) -> Result<PathBuf> {
    let shell = Shell::new()?;
    shell.change_dir(root);
    let target_dir = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target_dir.join("fuzz");
    let version = cmd!(shell, "rustc --version --verbose").read()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    // With a target that is named, build scripts and macros are not instrumented.
    cmd!(shell, "cargo build --quiet --release --manifest-path fuzz/Cargo.toml --target {host}")
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", COVERAGE)
        .quiet()
        .run()?;
    Ok(folder.join(host).join("release"))
}

/// Starts a fuzz target for so many seconds: what it says goes to `log`, inputs of this run into `folder`.
pub(crate) fn fuzz(
    programs: &Path,
    root: &Path,
    target: Target,
    seconds: u64,
    folder: &Path,
    log: File,
) -> Result<Child> {
    let name = target.to_string();
    let mut artifacts = folder.as_os_str().to_owned();
    artifacts.push("/finding-");
    let mut prefix = OsString::from("-artifact_prefix=");
    prefix.push(&artifacts);
    let child = Command::new(programs.join(&name))
        // New inputs go into the first folder; the corpus of the repository is read.
        .args([folder, &root.join("fuzz/corpus").join(&name)])
        .args([format!("-max_total_time={seconds}"), "-timeout=10".into(), "-rss_limit_mb=2048".into()])
        // The same seed: what one run passes, the next one doesn't fail by chance; more seconds look further.
        .args(["-max_len=16384", "-print_final_stats=1", "-seed=1"])
        .arg(prefix)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    child.with_context(|| format!("{name} can't be run"))
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "format",
            Self::Lint => "lint",
            Self::Test => "test",
            Self::Nix => "nix",
            Self::Tree => "tree",
            Self::Fuzz => "fuzz",
            Self::Vm => "vm",
        })
    }
}
