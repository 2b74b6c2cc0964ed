//! libvirt, by `virsh` at the session of whoever runs this (`man 1 virsh`).

use std::{collections::BTreeMap, path::Path, time::Duration};

use generator::domain::{Capabilities, Defined, Malformed, VirtType};

use serde::Serialize;

use super::program::{Call, Failure, Output, Programs};

/// The daemon that every user has.
pub(crate) const SESSION: &str = "qemu:///session";

/// What libvirt can't do, or what it says that is not understood.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Program(#[from] Failure),
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

type Result<T> = std::result::Result<T, Error>;

/// `virsh`.
#[derive(Clone, Copy)]
pub(crate) struct Virsh<'a> {
    programs: &'a dyn Programs,
}

/// What a domain is doing, and why (`domstate --reason`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    Paused(String),
    Off(String),
    /// Between two states: shutting down, suspended by its own power management.
    Other(String),
}

impl<'a> Virsh<'a> {
    pub(crate) fn new(programs: &'a dyn Programs) -> Self {
        Self { programs }
    }

    fn call(words: &[&str]) -> Call {
        let call = Call::new("virsh").words(["--quiet", "--connect", SESSION]).words(words.iter().copied());
        // Its words are read here.
        call.variable("LC_ALL", "C")
    }

    fn run(&self, words: &[&str]) -> std::result::Result<Output, Failure> {
        Self::call(words).run(self.programs)
    }

    /// What a domain is doing; nothing when there is none of that name.
    pub(crate) fn state(&self, domain: &str) -> Result<Option<State>> {
        Ok(known(self.run(&["domstate", "--reason", domain]))?.map(|output| State::parse(&output.text())))
    }

    /// A domain as it starts the next time, with what opens its display; nothing when there is none of that name.
    pub(crate) fn defined(&self, domain: &str) -> Result<Option<Defined>> {
        match known(self.run(&["dumpxml", "--inactive", "--security-info", domain]))? {
            Some(output) => Ok(Some(Defined::parse(output.text())?)),
            None => Ok(None),
        }
    }

    /// Defines a domain. Its XML is read from standard input: an argument could be seen, and a file stays.
    pub(crate) fn define(&self, xml: String) -> Result<()> {
        let call = Self::call(&["define", "--validate", "/dev/stdin"]).stdin(xml.into_bytes().into());
        call.run(self.programs)?;
        Ok(())
    }

    pub(crate) fn start(&self, domain: &str) -> Result<()> {
        Self::call(&["start", domain]).limit(Duration::from_secs(60)).run(self.programs)?;
        Ok(())
    }

    /// Asks the guest to power off: by its guest agent, or else as the power button does.
    pub(crate) fn shutdown(&self, domain: &str) -> Result<()> {
        self.run(&["shutdown", domain])?;
        Ok(())
    }

    /// Pulls the plug. One that is off already stays so.
    pub(crate) fn power_off(&self, domain: &str) -> Result<()> {
        match Self::call(&["destroy", domain]).limit(Duration::from_secs(60)).run(self.programs) {
            Err(failure) if !failure.said().contains("domain is not running") => Err(failure.into()),
            _ => Ok(()),
        }
    }

    /// Lets a domain that is paused go on.
    pub(crate) fn resume(&self, domain: &str) -> Result<()> {
        self.run(&["resume", domain])?;
        Ok(())
    }

    /// Forgets a domain that is off, and its snapshots. What is in its disk stays.
    pub(crate) fn undefine(&self, domain: &str) -> Result<()> {
        self.run(&["undefine", "--managed-save", "--snapshots-metadata", domain])?;
        Ok(())
    }

    /// A call of the serial console, for a person.
    pub(crate) fn console(domain: &str) -> Call {
        Call::new("virsh").words(["--quiet", "--connect", SESSION, "console", domain])
    }

    /// Writes what the display shows into a file, as PNG or PPM.
    pub(crate) fn screenshot(&self, domain: &str, file: &Path) -> Result<()> {
        Self::call(&["screenshot", domain]).path(file).run(self.programs)?;
        Ok(())
    }

    /// The snapshots of a domain, the oldest first.
    pub(crate) fn snapshots(&self, domain: &str) -> Result<Vec<Snapshot>> {
        let text = self.run(&["snapshot-list", domain])?.text();
        let mut snapshots: Vec<_> = text.lines().filter_map(Snapshot::parse).collect();
        snapshots.sort_by(|a, b| a.made.cmp(&b.made));
        Ok(snapshots)
    }

    /// The snapshot that was made or brought back last.
    pub(crate) fn current_snapshot(&self, domain: &str) -> Result<String> {
        Ok(self.run(&["snapshot-current", "--name", domain])?.text())
    }

    /// Keeps a domain as it is now, within its disk; with its memory, where it runs.
    pub(crate) fn make_snapshot(&self, domain: &str, name: &str) -> Result<()> {
        self.snapshot(&["snapshot-create-as", "--atomic", domain, name])
    }

    /// Brings a domain back to a snapshot.
    pub(crate) fn revert(&self, domain: &str, name: &str) -> Result<()> {
        self.snapshot(&["snapshot-revert", domain, name])
    }

    /// Deletes a snapshot; the domain stays as it is.
    pub(crate) fn delete_snapshot(&self, domain: &str, name: &str) -> Result<()> {
        self.snapshot(&["snapshot-delete", domain, name])
    }

    fn snapshot(&self, words: &[&str]) -> Result<()> {
        // The memory is written to a disk, or read from one.
        Self::call(words).limit(Duration::from_secs(30 * 60)).run(self.programs)?;
        Ok(())
    }

    /// Every domain that is defined or runs, with what it is doing. Whoever asks goes on soon, with or without an answer.
    pub(crate) fn domains(&self) -> Result<BTreeMap<String, State>> {
        let text = Self::call(&["list", "--all"]).limit(Duration::from_secs(3)).run(self.programs)?.text();
        // ` 1    agent-a   running`: an id, a name, and a state of one word or two.
        let row = |line: &str| {
            let mut words = line.split_whitespace().skip(1);
            Some((words.next()?.to_owned(), State::parse(&words.collect::<Vec<_>>().join(" "))))
        };
        Ok(text.lines().filter_map(row).collect())
    }

    /// The version of the daemon that answers.
    pub(crate) fn version(&self) -> Result<String> {
        let text = self.run(&["version", "--daemon"])?.text();
        let version = text.lines().find_map(|line| line.strip_prefix("Running against daemon: "));
        Ok(version.unwrap_or(&text).to_owned())
    }

    /// What libvirt can do here.
    pub(crate) fn capabilities(&self, virt_type: VirtType) -> Result<Capabilities> {
        let virt_type = virt_type.to_string();
        let output = self.run(&["domcapabilities", "--virttype", &virt_type, "--machine", "q35"])?;
        Ok(Capabilities::parse(&output.text())?)
    }

    /// The disks that can't be written, with the reason: `vda: no space`. Empty where there are none.
    pub(crate) fn disk_errors(&self, domain: &str) -> Result<String> {
        let text = self.run(&["domblkerror", domain])?.text();
        Ok(if text == "No errors found" { String::new() } else { text })
    }

    /// Hands a command to the guest agent: JSON, in an argument. Nothing private may be in it.
    pub(super) fn agent(&self, domain: &str, command: &str) -> std::result::Result<Output, Failure> {
        self.run(&["qemu-agent-command", "--timeout", "10", domain, command])
    }
}

/// A snapshot of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Snapshot {
    pub(crate) name: String,
    /// When it was made, in local time.
    pub(crate) made: String,
    /// What the machine was doing: `running`, `shutoff`.
    pub(crate) state: String,
}

impl Snapshot {
    /// Reads ` one   2026-11-24 22:37:20 +0000   running`.
    fn parse(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split_whitespace().collect();
        let [name @ .., date, time, zone, state] = words.as_slice() else { return None };
        let made = format!("{date} {time} {zone}");
        Some(Self { name: name.join(" "), made, state: (*state).to_owned() })
    }
}

impl State {
    /// Reads `running (booted)`.
    fn parse(text: &str) -> Self {
        let (state, reason) = text.split_once(" (").unwrap_or((text, ""));
        let reason = reason.trim_end_matches(')').to_owned();
        match state {
            "running" | "idle" => Self::Running,
            "paused" => Self::Paused(reason),
            "shut off" | "crashed" => Self::Off(reason),
            _ => Self::Other(text.to_owned()),
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let with = |state: &str, reason: &str| match reason {
            "" | "unknown" => state.to_owned(),
            reason => format!("{state} ({reason})"),
        };
        f.pad(&match self {
            Self::Running => "running".to_owned(),
            Self::Paused(reason) => with("paused", reason),
            Self::Off(reason) => with("off", reason),
            Self::Other(text) => text.clone(),
        })
    }
}

/// Nothing, where libvirt says that it has no such domain.
fn known(outcome: std::result::Result<Output, Failure>) -> std::result::Result<Option<Output>, Failure> {
    match outcome {
        Ok(output) => Ok(Some(output)),
        Err(failure) if failure.said().contains("failed to get domain") => Ok(None),
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::tools::recorded::Recorded;

    #[test]
    fn a_state_is_what_libvirt_says() {
        let record = Recorded::new(
            "$ virsh --quiet --connect qemu:///session domstate --reason agent-a
             running (booted)
             $ virsh --quiet --connect qemu:///session domstate --reason agent-b
             shut off (crashed)
             $ virsh --quiet --connect qemu:///session domstate --reason agent-c
             paused (I/O error)
             $ virsh --quiet --connect qemu:///session domstate --reason agent-d
             ! error: failed to get domain 'agent-d'
             [1]
             $ virsh --quiet --connect qemu:///session domstate --reason agent-e
             ! error: failed to connect to the hypervisor
             [1]",
        );
        let state = |domain| Virsh::new(&record).state(domain);
        assert_eq!(state("agent-a").unwrap(), Some(State::Running));
        assert_eq!(state("agent-b").unwrap(), Some(State::Off("crashed".into())));
        assert_eq!(state("agent-c").unwrap(), Some(State::Paused("I/O error".into())));
        assert_eq!(state("agent-d").unwrap(), None);
        assert!(state("agent-e").unwrap_err().to_string().contains("failed to connect"));
        record.expect_done();
    }

    #[test]
    fn the_domains_are_told_with_their_states() {
        let record = Recorded::new(
            "$ virsh --quiet --connect qemu:///session list --all
             1   agent-a   running
             3   agent-b   paused
             -   agent-c   shut off",
        );
        let domains = Virsh::new(&record).domains().unwrap();
        let domains: Vec<_> = domains.iter().map(|(name, state)| format!("{name} {state}")).collect();
        assert_eq!(domains, ["agent-a running", "agent-b paused", "agent-c off"]);
    }

    #[test]
    fn the_snapshots_are_told_the_oldest_first() {
        let record = Recorded::new(
            "$ virsh --quiet --connect qemu:///session snapshot-list agent-a
             before   2026-11-24 22:40:00 +0000   shutoff
             two words   2026-11-24 22:37:20 +0000   running",
        );
        let snapshots = Virsh::new(&record).snapshots("agent-a").unwrap();
        let snapshots: Vec<_> = snapshots.iter().map(|it| (it.name.as_str(), it.state.as_str())).collect();
        assert_eq!(snapshots, [("two words", "running"), ("before", "shutoff")]);
    }

    #[test]
    fn the_plug_of_a_machine_that_is_off_is_not_pulled() {
        let record = Recorded::new(
            "$ virsh --quiet --connect qemu:///session destroy agent-a
             ! error: Failed to destroy domain 'agent-a'
             ! error: Requested operation is not valid: domain is not running
             [1]
             $ virsh --quiet --connect qemu:///session destroy agent-a
             ! error: failed to get domain 'agent-a'
             [1]",
        );
        assert!(Virsh::new(&record).power_off("agent-a").is_ok());
        assert!(Virsh::new(&record).power_off("agent-a").is_err());
    }

    #[test]
    fn a_domain_is_defined_from_standard_input() {
        let record = Recorded::new("$ virsh --quiet --connect qemu:///session define --validate /dev/stdin");
        Virsh::new(&record).define("<domain/>".into()).unwrap();
        assert_eq!(record.inputs(), ["<domain/>"]);
    }
}
