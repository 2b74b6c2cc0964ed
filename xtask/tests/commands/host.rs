//! A machine that runs agents, as far as commands can tell: programs that stand in for libvirt's, and a user.

use std::{
    fs,
    ops::Deref,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use generator::secrets::host_key::HostKey;
use tempfile::TempDir;

use crate::fixture::{Fixture, Outcome, repository};

/// Who runs the commands where root runs the tests: libvirt's session is not for root. (`nobody`, on Debian.)
const NOBODY: u32 = 65534;

/// A tree with drago, whose machine makes its host key, and vesta, who was born with one; and a home.
pub(crate) struct Host {
    tree: Fixture,
    home: TempDir,
}

impl Host {
    pub(crate) fn new() -> Self {
        let home = TempDir::new().unwrap();
        let path = |name: &str| home.path().join(name);
        for folder in ["bin", "run", "libvirt", ".agentvms", ".agentvms/base"] {
            fs::create_dir(path(folder)).unwrap();
            fs::set_permissions(path(folder), fs::Permissions::from_mode(0o700)).unwrap();
        }
        for program in ["virsh", "ssh", "qemu-img"] {
            fs::copy(repository().join("tests/programs").join(program), path("bin").join(program)).unwrap();
        }
        let tree = Fixture::without_git();
        tree.ok("new-agent vesta");
        // Those of this machine come after them.
        let path_variable = std::env::var_os("PATH").unwrap();
        let folders = std::iter::once(path("bin")).chain(std::env::split_paths(&path_variable));
        let tree = tree.with_path(Path::new(&std::env::join_paths(folders).unwrap()));
        let tree = tree.with_env("HOME", home.path()).with_env("XDG_RUNTIME_DIR", path("run"));
        let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
        let tree = if is_root {
            give(home.path());
            give(tree.root());
            // Where it was built, that user may not look.
            let built = Path::new(env!("CARGO_BIN_EXE_agent-tool"));
            let linked = fs::hard_link(built, path("agent-tool"));
            linked.or_else(|_| fs::copy(built, path("agent-tool")).map(drop)).unwrap();
            tree.with_user(NOBODY, path("agent-tool"))
        } else {
            tree
        };
        Self { tree, home }
    }

    /// Puts a program on the `PATH`.
    pub(crate) fn program(&self, name: &str, script: &str) {
        self.put(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.path(&format!("bin/{name}")), executable).unwrap();
    }

    /// Runs a command where no program is on the `PATH`.
    pub(crate) fn run_in_empty_path(&self, words: &str) -> Outcome {
        let words: Vec<_> = words.split_whitespace().collect();
        let mut command = self.command(&words, self.root());
        let output = command.env("PATH", self.path("run")).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// A path below the user's home.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    /// Writes a file below the user's home, which is the user's.
    pub(crate) fn put(&self, path: &str, text: &str) {
        let full = self.path(path);
        fs::write(&full, text).unwrap();
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            chown(full, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    /// Defines the domain of an agent that does what `state` says (as `virsh domstate --reason` does), with a disk, a
    /// log and a host key that is pinned.
    pub(crate) fn define(&self, name: &str, uuid: &str, state: &str) {
        self.put(&format!("libvirt/agent-{name}"), &format!("{state}\n"));
        self.put(
            &format!("libvirt/agent-{name}.xml"),
            &format!("<domain><uuid>{uuid}</uuid><graphics passwd='0123abcd'/></domain>"),
        );
        let disk = self.path(&format!(".agentvms/agent-{name}.qcow2"));
        let image = format!(
            r#"[{{"filename":"{}","format":"qcow2","virtual-size":21474836480,"actual-size":1073741824}}]"#,
            disk.display()
        );
        self.put(&format!(".agentvms/agent-{name}.qcow2"), &image);
        self.put(&format!(".agentvms/agent-{name}.log"), "one\ntwo\n\u{1b}[32mthree\u{1b}[0m\n");
        let key = host_key();
        let known_hosts = fs::read_to_string(self.path(".agentvms/known_hosts")).unwrap_or_default();
        self.put(".agentvms/known_hosts", &format!("{known_hosts}agent-{name} {key}\n"));
    }

    /// Defines drago's domain.
    pub(crate) fn define_drago(&self, state: &str) {
        self.define("drago", DRAGO, state);
    }

    /// What a domain is doing; empty when it is not defined.
    pub(crate) fn state(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("libvirt/agent-{name}"))).unwrap_or_default().trim().to_owned()
    }

    /// What virsh was told to do, without its first words, questions for a state excepted.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        let words = calls.lines().filter_map(|line| line.strip_prefix("--quiet --connect qemu:///session "));
        words.filter(|it| !it.starts_with("domstate")).map(str::to_owned).collect()
    }
}

impl Deref for Host {
    type Target = Fixture;

    fn deref(&self) -> &Fixture {
        &self.tree
    }
}

/// The UUID of drago's domain: the beginning of `printf agent-drago | sha256sum`, with version and variant.
pub(crate) const DRAGO: &str = "1a7267f1-3d63-52c1-844a-1dd5f2ed4e1b";

/// Somebody's public key.
pub(crate) fn host_key() -> String {
    HostKey::generate("somebody").unwrap().public.as_str().to_owned()
}

/// Makes everything below a folder the user's.
fn give(folder: &Path) {
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            give(&path);
        } else {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}
