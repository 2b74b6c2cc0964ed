//! The machines of an operator: what is run in them, and what is done to them.

use std::{
    fs::{self, File},
    io::Write,
    process::Command,
};

use serde_json::json;

use super::{Bed, eventually, outcome, succeeds};
use crate::fixture::Outcome;

impl Bed {
    /// Runs a command in a machine, which must succeed there, and gives what it prints.
    #[track_caller]
    pub(in crate::with_vm) fn guest(&self, agent: &str, command: &str) -> String {
        let outcome = self.ssh(agent, command);
        assert_eq!(outcome.code, 0, "{command}\n{}{}", outcome.stdout, outcome.stderr);
        outcome.stdout
    }

    /// Makes the next switch of an agent's machine go wrong (tests/vm/guest/files/usr/bin/nixos-rebuild).
    #[track_caller]
    pub(in crate::with_vm) fn fault(&self, agent: &str, fault: &str) {
        self.guest(agent, &format!("echo {fault} | sudo tee /var/lib/nixos-stand-in/fault"));
    }

    /// Runs a command in a machine as its admin user. Its host key has to be the pinned one.
    pub(in crate::with_vm) fn ssh(&self, agent: &str, command: &str) -> Outcome {
        outcome(&mut self.ssh_command(agent, command))
    }

    /// A command in a machine, ready to run.
    pub(in crate::with_vm) fn ssh_command(&self, agent: &str, command: &str) -> Command {
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

    /// Runs a command in a machine as root, by its guest agent, and doesn't wait for its end.
    #[track_caller]
    pub(in crate::with_vm) fn agent(&self, agent: &str, command: &str) {
        let arguments = json!({ "path": "/bin/sh", "arg": ["-c", command] });
        let call = json!({ "execute": "guest-exec", "arguments": arguments }).to_string();
        let outcome = self.virsh(&["qemu-agent-command", &format!("agent-{agent}"), &call]);
        assert_eq!(outcome.code, 0, "{command}\n{}", outcome.stderr);
    }

    /// The host key that is pinned for an agent's machine.
    pub(in crate::with_vm) fn pinned(&self, agent: &str) -> String {
        let known = fs::read_to_string(self.known_hosts()).unwrap();
        let key = known.lines().find_map(|line| line.strip_prefix(&format!("agent-{agent} ")));
        key.unwrap_or_else(|| panic!("no agent-{agent} in\n{known}")).to_owned()
    }

    /// The fingerprint of the host key that is pinned for an agent's machine.
    pub(in crate::with_vm) fn fingerprint(&self, agent: &str) -> String {
        let find = ["-l", "-F", &format!("agent-{agent}"), "-f"];
        let found = succeeds(self.command("ssh-keygen").args(find).arg(self.known_hosts()));
        found.split_whitespace().find(|word| word.starts_with("SHA256:")).unwrap().to_owned()
    }

    /// The host key that `secrets.nix` has for an agent's machine.
    pub(in crate::with_vm) fn trusted(&self, agent: &str) -> Option<String> {
        let rules = self.tree.read("secrets.nix");
        let key = rules.lines().find_map(|line| line.trim().strip_prefix(&format!("agent-{agent} = \"")))?;
        Some(key.trim_end_matches("\";").to_owned())
    }

    /// Ends QEMU as a crash does.
    pub(in crate::with_vm) fn crash(&self, agent: &str) {
        let pid = fs::read_to_string(self.path(&format!("run/libvirt/qemu/run/agent-{agent}.pid"))).unwrap();
        succeeds(Command::new("kill").args(["-KILL", pid.trim()]));
        let state = || self.virsh(&["domstate", "--reason", &format!("agent-{agent}")]).stdout;
        eventually(20, "libvirt has seen it", || state().contains("crashed"));
    }

    /// Gives the machines a file system of their own, which can be filled. Only root can.
    pub(in crate::with_vm) fn with_little_space(&self) -> bool {
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
    pub(in crate::with_vm) fn fill(&self) {
        let mut file = File::create(self.machines().join("filled")).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    /// Frees it again.
    pub(in crate::with_vm) fn empty(&self) {
        fs::remove_file(self.machines().join("filled")).unwrap();
    }
}
