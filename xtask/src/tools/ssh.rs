//! SSH into a machine, whose host key is known before (`man 5 ssh_config`).

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use generator::{secrets::recipient::Recipient, vm::Port};

use super::program::{Call, Failure, Output, Programs, quote};

/// How a machine is reached: strictly, by the key that is pinned for it.
#[derive(Clone, Copy)]
pub(crate) struct Ssh<'a> {
    programs: &'a dyn Programs,
    /// What the machine is called in the file of pinned keys.
    host: &'a str,
    port: Port,
    known_hosts: &'a Path,
    identities: &'a [PathBuf],
}

impl<'a> Ssh<'a> {
    pub(crate) fn new(
        programs: &'a dyn Programs,
        host: &'a str,
        port: Port,
        known_hosts: &'a Path,
        identities: &'a [PathBuf],
    ) -> Self {
        Self { programs, host, port, known_hosts, identities }
    }

    /// What the machine is called.
    pub(crate) fn host(&self) -> &str {
        self.host
    }

    /// What every connection has in common: nobody but the machine is believed, nobody is asked, and nothing of the
    /// person who connects goes along. It comes before what their own configuration says.
    pub(crate) fn options(&self) -> Vec<String> {
        let options = [
            "HostName=127.0.0.1".to_owned(),
            format!("Port={}", self.port),
            format!("HostKeyAlias={}", self.host),
            // The quotes are ssh's own: a path may have spaces.
            format!("UserKnownHostsFile=\"{}\"", self.known_hosts.display()),
            "GlobalKnownHostsFile=/dev/null".to_owned(),
            "StrictHostKeyChecking=yes".to_owned(),
            "UpdateHostKeys=no".to_owned(),
            "HostKeyAlgorithms=ssh-ed25519".to_owned(),
            "ProxyJump=none".to_owned(),
            "ControlPath=none".to_owned(),
            "ForwardAgent=no".to_owned(),
            "ForwardX11=no".to_owned(),
            "ConnectTimeout=15".to_owned(),
            "ServerAliveInterval=10".to_owned(),
            "ServerAliveCountMax=3".to_owned(),
        ];
        let identities = self.identities.iter().map(|file| format!("IdentityFile=\"{}\"", file.display()));
        options.into_iter().chain(identities).flat_map(|option| ["-o".to_owned(), option]).collect()
    }

    /// A call of a command in the machine, as one of its users.
    pub(crate) fn call(&self, user: &str, command: &str) -> Call {
        let call = Call::new("ssh").words(self.options()).words(["-o", "BatchMode=yes", "-T"]);
        call.words([format!("{user}@{}", self.host), command.to_owned()])
    }

    /// A call for a person: a shell, or the command that they give, as `ssh` takes it, with a terminal where it is
    /// asked for or where both ends have one. They may be asked for a passphrase.
    pub(crate) fn session(&self, user: &str, terminal: bool, command: &[String]) -> Call {
        let call = Call::new("ssh").words(self.options()).words(terminal.then_some("-t"));
        call.words([format!("{user}@{}", self.host)]).words(command.iter().cloned())
    }

    /// A call of a script as root in the machine, which the admin becomes without a password.
    pub(crate) fn root(&self, admin: &str, script: &str, words: &[&str]) -> Call {
        let words: Vec<_> = words.iter().map(|word| format!(" {}", quote(word))).collect();
        let call = self.call(admin, &format!("sudo -n sh -c {} sh{}", quote(script), words.concat()));
        // A script begins by saying what it does.
        let first = script.lines().next().unwrap_or_default().trim_start_matches("# ");
        call.shown(format!("ssh {admin}@{} sudo: {first}", self.host))
    }

    /// Runs a call of this machine.
    pub(crate) fn run(&self, call: &Call) -> Result<Output, Failure> {
        call.run(self.programs)
    }

    /// The host key that whoever answers on the port shows; nothing when nobody does. It proves nothing.
    pub(crate) fn shown_key(&self) -> Result<Option<Recipient>, Failure> {
        let port = self.port.to_string();
        let call = Call::new("ssh-keyscan").words(["-T", "10", "-t", "ed25519", "-p", &port, "127.0.0.1"]);
        let output = call.limit(Duration::from_secs(20)).run(self.programs)?;
        let mut lines = output.text().lines().map(str::to_owned).collect::<Vec<_>>().into_iter();
        Ok(lines.find_map(|line| line.split_once(' ')?.1.parse().ok()))
    }
}

/// Whether SSH failed to get in, so that the command was never run: it exits with 255 then (`man 1 ssh`).
pub(crate) fn is_unreachable(failure: &Failure) -> bool {
    matches!(failure, Failure::Failed { code: Some(255), .. } | Failure::Late { .. })
}

#[cfg(test)]
mod tests {
    use generator::secrets::host_key::HostKey;
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::tools::{program::Installed, recorded::Recorded};

    fn ssh(record: &Recorded, test: impl FnOnce(Ssh<'_>)) {
        let known_hosts = Path::new("/home/a b/.agentvms/known_hosts");
        test(Ssh::new(record, "agent-a", "2223".parse().unwrap(), known_hosts, &[]));
    }

    #[test]
    fn nobody_but_the_machine_is_believed() {
        ssh(&Recorded::new(""), |ssh| {
            let options = ssh.options().join(" ");
            for option in [
                "UserKnownHostsFile=\"/home/a b/.agentvms/known_hosts\"",
                "GlobalKnownHostsFile=/dev/null",
                "StrictHostKeyChecking=yes",
                "HostKeyAlias=agent-a",
                "HostName=127.0.0.1",
                "ForwardAgent=no",
            ] {
                assert!(options.contains(&format!("-o {option}")), "{option}");
            }
        });
    }

    #[test]
    fn a_script_passes_a_shell_unharmed_and_is_shown_by_what_it_says_of_itself() {
        ssh(&Recorded::new(""), |ssh| {
            let script = "# Says what's $1.\nprintf '%s' \"$1\"";
            let call = ssh.root("admin", script, &["a b's"]);
            assert_eq!(call.to_string(), "ssh admin@agent-a sudo: Says what's $1.");
            let remote = call.last_word().replace("sudo -n ", "");
            let output = Call::new("sh").words(["-c", &remote]).run(&Installed).unwrap();
            assert_eq!(output.text(), "a b's");
        });
    }

    #[test]
    fn the_key_that_is_shown_is_the_one_after_the_name() {
        let key = HostKey::generate("agent-a").unwrap().public;
        let scan = "$ ssh-keyscan -T 10 -t ed25519 -p 2223 127.0.0.1";
        let record = Recorded::new(&format!("{scan}\n[127.0.0.1]:2223 {}\n{scan}\n", key.as_str()));
        ssh(&record, |ssh| {
            assert_eq!(ssh.shown_key().unwrap(), Some(key));
            assert!(ssh.shown_key().unwrap().is_none());
        });
    }
}
