//! An operator of one's own for each test: home, libvirt session, clone of this repository, base image.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use generator::secrets::host_key::HostKey;
use serde_json::{Value, json};
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

    /// The image that stands in the place of the one that Nix builds.
    pub(super) fn base_image(&self) -> PathBuf {
        self.path("base.qcow2")
    }

    /// Runs a command of the tool, its words separated by spaces.
    pub(super) fn run(&self, words: &str) -> Outcome {
        self.run_with(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs a command of the tool.
    pub(super) fn run_with(&self, words: &[&str]) -> Outcome {
        outcome(self.command(self.tool()).args(words))
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

    /// Runs a command in a machine, which must succeed there, and gives what it prints.
    #[track_caller]
    pub(super) fn guest(&self, agent: &str, command: &str) -> String {
        let outcome = self.ssh(agent, command);
        assert_eq!(outcome.code, 0, "{command}\n{}{}", outcome.stdout, outcome.stderr);
        outcome.stdout
    }

    /// Makes the next switch of an agent's machine go wrong (tests/vm/guest/files/usr/bin/nixos-rebuild).
    #[track_caller]
    pub(super) fn fault(&self, agent: &str, fault: &str) {
        self.guest(agent, &format!("echo {fault} | sudo tee /var/lib/nixos-stand-in/fault"));
    }

    /// One of the ports of an agent's machine: `ssh_port`, `spice_port`.
    pub(super) fn port(&self, agent: &str, which: &str) -> u16 {
        let shown: Value = serde_json::from_str(&self.ok(&format!("show {agent} --json")).stdout).unwrap();
        shown["vm"][which].as_u64().unwrap().try_into().unwrap()
    }

    /// The host key that is pinned for an agent's machine.
    pub(super) fn pinned(&self, agent: &str) -> String {
        let known = fs::read_to_string(self.known_hosts()).unwrap();
        let key = known.lines().find_map(|line| line.strip_prefix(&format!("agent-{agent} ")));
        key.unwrap_or_else(|| panic!("no agent-{agent} in\n{known}")).to_owned()
    }

    pub(super) fn known_hosts(&self) -> PathBuf {
        self.machines().join("known_hosts")
    }

    /// Where the machines' files are.
    pub(super) fn machines(&self) -> PathBuf {
        self.path(".agentvms")
    }

    /// The host key that `secrets.nix` has for an agent's machine.
    pub(super) fn trusted(&self, agent: &str) -> Option<String> {
        let rules = self.tree.read("secrets.nix");
        let key = rules.lines().find_map(|line| line.trim().strip_prefix(&format!("agent-{agent} = \"")))?;
        Some(key.trim_end_matches("\";").to_owned())
    }

    /// The operator's clone.
    pub(super) fn tree(&self) -> &Fixture {
        &self.tree
    }

    /// Runs a command in a machine as root, by its guest agent, and doesn't wait for its end.
    #[track_caller]
    pub(super) fn agent(&self, agent: &str, command: &str) {
        let arguments = json!({ "path": "/bin/sh", "arg": ["-c", command] });
        let call = json!({ "execute": "guest-exec", "arguments": arguments }).to_string();
        let outcome = self.virsh(&["qemu-agent-command", &format!("agent-{agent}"), &call]);
        assert_eq!(outcome.code, 0, "{command}\n{}", outcome.stderr);
    }

    /// Gives the machines a file system of their own, which can be filled. Only root can.
    pub(super) fn with_little_space(&self) -> bool {
        let Some(user) = self.user else {
            eprintln!("no disk is full in this test: only root can mount a small one");
            return false;
        };
        fs::create_dir(self.machines()).unwrap();
        let options = format!("size=400m,mode=700,uid={user},gid={user}");
        succeeds(Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(self.machines()));
        true
    }

    /// Leaves no space for the machines.
    pub(super) fn fill(&self) {
        let mut file = fs::File::create(self.machines().join("filled")).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    /// Frees it again.
    pub(super) fn empty(&self) {
        fs::remove_file(self.machines().join("filled")).unwrap();
    }

    /// The fingerprint of the host key that is pinned for an agent's machine.
    pub(super) fn fingerprint(&self, agent: &str) -> String {
        let find = ["-l", "-F", &format!("agent-{agent}"), "-f"];
        let found = succeeds(self.command("ssh-keygen").args(find).arg(self.known_hosts()));
        found.split_whitespace().find(|word| word.starts_with("SHA256:")).unwrap().to_owned()
    }

    /// Runs a command in a machine as its admin user. Its host key has to be the pinned one.
    pub(super) fn ssh(&self, agent: &str, command: &str) -> Outcome {
        outcome(&mut self.ssh_command(agent, command))
    }

    pub(super) fn ssh_command(&self, agent: &str, command: &str) -> Command {
        let port = self.port(agent, "ssh_port").to_string();
        let known_hosts = format!("UserKnownHostsFile={}", self.known_hosts().display());
        let alias = format!("HostKeyAlias=agent-{agent}");
        let options =
            ["BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=20", &known_hosts, &alias];
        let mut ssh = self.command("ssh");
        ssh.args(["-F", "none"]).args(options.into_iter().flat_map(|option| ["-o", option]));
        ssh.arg("-i").arg(self.identity()).args(["-p", &port, "ncrmro@127.0.0.1", command]);
        ssh
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
