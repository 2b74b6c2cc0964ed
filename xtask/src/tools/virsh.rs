//! libvirt, by `virsh` at the session of whoever runs this (`man 1 virsh`).

use std::time::Duration;

use generator::domain::{Capabilities, Defined, Malformed, VirtType};

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

    /// What libvirt can do here.
    pub(crate) fn capabilities(&self, virt_type: VirtType) -> Result<Capabilities> {
        let virt_type = virt_type.to_string();
        let output = self.run(&["domcapabilities", "--virttype", &virt_type, "--machine", "q35"])?;
        Ok(Capabilities::parse(&output.text())?)
    }

    /// The disks that can't be written, with the reason: `vda: no space`.
    pub(crate) fn disk_errors(&self, domain: &str) -> Result<String> {
        Ok(self.run(&["domblkerror", domain])?.text())
    }

    /// Hands a command to the guest agent: JSON, in an argument. Nothing private may be in it.
    pub(super) fn agent(&self, domain: &str, command: &str) -> std::result::Result<Output, Failure> {
        self.run(&["qemu-agent-command", "--timeout", "10", domain, command])
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
    fn a_domain_is_defined_from_standard_input() {
        let record = Recorded::new("$ virsh --quiet --connect qemu:///session define --validate /dev/stdin");
        Virsh::new(&record).define("<domain/>".into()).unwrap();
        assert_eq!(record.inputs(), ["<domain/>"]);
    }
}
