//! An operator of one's own for each test: home, libvirt session, clone of this repository, base image.

mod machines;

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use generator::secrets::host_key::HostKey;
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{Fixture, Outcome, repository};

/// Who runs the commands where root runs the tests: libvirt's session is not for root.
const USER: &str = "agent-tool-test";

/// An operator at a machine of their own, as far as that can be. What they started ends with it.
pub(super) struct Bed {
    home: TempDir,
    tree: Fixture,
    /// The user to become; nobody where the tests are a user's own.
    user: Option<&'static str>,
}

impl Bed {
    /// A base image, and a clone that `init --admin-key` has made the operator's own. The ports of its agents are free
    /// ones, and their machines are small.
    pub(super) fn new() -> Self {
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        // The paths of libvirt's sockets have to be short.
        let home = tempfile::Builder::new().prefix("vm").tempdir().unwrap();
        let bed = Self { home, tree: Fixture::whole(), user: root.then(unprivileged_user) };
        // Where it was built, that user may not look.
        fs::copy(env!("CARGO_BIN_EXE_agent-tool"), bed.tool()).unwrap();
        for folder in [bed.path(".ssh"), bed.path("run")] {
            fs::create_dir(&folder).unwrap();
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
        }
        let key = HostKey::generate("operator").unwrap();
        fs::write(bed.identity(), key.private.as_bytes()).unwrap();
        fs::set_permissions(bed.identity(), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(bed.path(".ssh/id_ed25519.pub"), format!("{} operator\n", key.public.as_str())).unwrap();
        build_guest(&bed.path(".ssh/id_ed25519.pub"), &bed.base_image());
        bed.shrink("drago", 2223, 5900);
        bed.shrink("luce", 2224, 5901);
        bed.give(bed.home.path());
        bed.give(bed.tree.root());
        bed.ok(&format!("init --admin-key {}", bed.path(".ssh/id_ed25519.pub").display()));
        bed.commit();
        bed
    }

    /// With a third agent, vesta, which is born with its host key.
    pub(super) fn with_vesta(self) -> Self {
        let [ssh, spice] = free_ports();
        self.ok(&format!("new-agent vesta --memory 1 --ssh-port {ssh} --spice-port {spice}"));
        self.commit();
        self
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Everything"]);
    }

    /// A path below the operator's home.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    /// The host keys that are pinned.
    pub(super) fn known_hosts(&self) -> PathBuf {
        self.machines().join("known_hosts")
    }

    /// Where the machines' files are.
    pub(super) fn machines(&self) -> PathBuf {
        self.path(".agentvms")
    }

    /// The image that stands in the place of the one that Nix builds.
    pub(super) fn base_image(&self) -> PathBuf {
        self.path("base.qcow2")
    }

    /// Runs a command of the tool, its words separated by spaces.
    pub(super) fn run(&self, words: &str) -> Outcome {
        outcome(self.command(self.tool()).args(words.split_whitespace()))
    }

    /// Runs a command of the tool that must succeed.
    #[track_caller]
    pub(super) fn ok(&self, words: &str) -> Outcome {
        let outcome = self.run(words);
        assert_eq!(outcome.code, 0, "{words}\n{}{}", outcome.stdout, outcome.stderr);
        outcome
    }

    /// Runs git in the clone; it must succeed.
    #[track_caller]
    pub(super) fn git(&self, words: &[&str]) -> String {
        let person = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
        succeeds(self.command("git").args(person).args(words))
    }

    /// Runs virsh at the operator's session.
    pub(super) fn virsh(&self, words: &[&str]) -> Outcome {
        outcome(self.command("virsh").args(["--quiet", "--connect", "qemu:///session"]).args(words))
    }

    /// The whole deployment of agents, emulated and from the guest's image.
    pub(super) fn deployment(&self, words: &str) -> Command {
        let mut command = self.command(self.tool());
        command.arg("deploy").args(words.split_whitespace());
        command.args(["--virt-type", "qemu", "--base-image"]).arg(self.base_image());
        command
    }

    /// Deploys agents, and says how it went.
    pub(super) fn deploy(&self, words: &str) -> Outcome {
        outcome(&mut self.deployment(words))
    }

    /// Deploys agents, which must succeed.
    #[track_caller]
    pub(super) fn deployed(&self, words: &str) -> Outcome {
        let outcome = self.deploy(words);
        assert_eq!(outcome.code, 0, "deploy {words}\n{}{}", outcome.stdout, outcome.stderr);
        outcome
    }

    /// Deploys agents, which must fail and say each of `reasons`.
    #[track_caller]
    pub(super) fn deploy_fails(&self, words: &str, reasons: &[&str]) {
        let outcome = self.deploy(words);
        assert_eq!(outcome.code, 1, "deploy {words}\n{}{}", outcome.stdout, outcome.stderr);
        for reason in reasons {
            assert!(outcome.stderr.contains(reason), "deploy {words}: no {reason:?} in\n{}", outcome.stderr);
        }
    }

    /// Deploys agents and kills the deployment, at once and for good, when it says `moment`.
    #[track_caller]
    pub(super) fn killed_at(&self, words: &str, moment: &str) {
        let mut deployment = self.deployment(words);
        let mut child = deployment.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = Vec::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let has_come = lines.by_ref().any(|line| {
            said.push(line);
            said.last().is_some_and(|line| line.contains(moment))
        });
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(has_come, "no {moment:?} in\n{}", said.join("\n"));
    }

    /// One of the ports of an agent's machine: `ssh_port`, `spice_port`.
    pub(super) fn port(&self, agent: &str, which: &str) -> u16 {
        let shown: Value = serde_json::from_str(&self.ok(&format!("show {agent} --json")).stdout).unwrap();
        shown["vm"][which].as_u64().unwrap().try_into().unwrap()
    }

    /// The operator's clone.
    pub(super) fn tree(&self) -> &Fixture {
        &self.tree
    }

    /// A program as the operator runs it, in the clone.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", user, "--clear-groups"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir(self.tree.root()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home.path()).env("XDG_RUNTIME_DIR", self.path("run"));
        // ssh looks for keys in the home that the user database has, not in this one.
        command.env("AGENT_TOOL_IDENTITY", self.identity());
        command.env("LC_ALL", "C").env("NO_COLOR", "1").env("GIT_CONFIG_NOSYSTEM", "1");
        command.stdin(Stdio::null());
        command
    }

    fn tool(&self) -> PathBuf {
        self.path("agent-tool")
    }

    fn identity(&self) -> PathBuf {
        self.path(".ssh/id_ed25519")
    }

    /// Gives an agent's machine ports that are free here, in the place of those that it has in this repository, and
    /// less memory.
    fn shrink(&self, agent: &str, ssh: u16, spice: u16) {
        let (host, [free_ssh, free_spice]) = (format!("hosts/agent-{agent}/default.nix"), free_ports());
        self.tree.replace(&host, &format!("sshPort = {ssh};"), &format!("sshPort = {free_ssh};"));
        self.tree.replace(&host, &format!("spicePort = {spice};"), &format!("spicePort = {free_spice};"));
        self.tree.replace(&host, "memoryGiB = 4;", "memoryGiB = 1;");
        let row = format!("| {agent} | {free_ssh} | {free_spice} |");
        self.tree.replace("docs/agentvms.md", &format!("| {agent} | {ssh} | {spice} |"), &row);
    }

    /// Makes everything below a folder the operator's.
    fn give(&self, folder: &Path) {
        if let Some(user) = self.user {
            succeeds(Command::new("chown").args(["--recursive", &format!("{user}:{user}")]).arg(folder));
        }
    }

    /// The processes that were started in this home, and what they started: it stands in their environments.
    fn processes(&self) -> Vec<String> {
        let home = self.home.path().as_os_str().as_encoded_bytes();
        let ours = |process: &PathBuf| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment.windows(home.len()).any(|bytes| bytes == home)
        };
        let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path()).filter(ours);
        processes.map(|process| process.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }
}

/// Machines and daemons end, also where a test failed.
impl Drop for Bed {
    fn drop(&mut self) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            let processes = self.processes();
            if processes.is_empty() {
                break;
            }
            let _ = Command::new("kill").arg("-KILL").args(processes).stderr(Stdio::null()).status();
            sleep(Duration::from_millis(100));
        }
        // What `with_little_space` mounted; elsewhere there is nothing to unmount.
        let _ = Command::new("umount").arg(self.machines()).stderr(Stdio::null()).status();
    }
}

/// Waits until something is so, at most for `seconds`.
#[track_caller]
pub(super) fn eventually(seconds: u64, what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(seconds), "not within {seconds} seconds: {what}");
        sleep(Duration::from_millis(500));
    }
}

/// Ports of the loopback interface that nobody listens on.
pub(super) fn free_ports() -> [u16; 2] {
    // Both are taken at once, so that they are two.
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A user that is not root, made where there is none.
fn unprivileged_user() -> &'static str {
    if !Command::new("id").arg(USER).output().unwrap().status.success() {
        // Another test may have made it in the meantime.
        let _ = Command::new("useradd").args(["--system", "--user-group", USER]).status();
    }
    USER
}

/// Builds the guest, or takes it out of the cache, and puts the operator's key in.
fn build_guest(operator: &Path, image: &Path) {
    succeeds(Command::new(repository().join("tests/vm/guest/build")).args([operator, image]));
}

fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let outcome = outcome(command);
    assert_eq!(outcome.code, 0, "{command:?}\n{}{}", outcome.stdout, outcome.stderr);
    outcome.stdout
}
