//! The libvirt domain of an agent's machine: rendered from `agent.vm`, and held against what libvirt has.

mod capabilities;
mod defined;
mod written;

use std::{fmt, path::PathBuf};

use askama::Template;
use sha2::{Digest, Sha256};

pub use capabilities::Capabilities;
pub use defined::Defined;
pub use written::Written;

use crate::{name::AgentName, vm::Vm};

/// What a domain has from the machine that runs it, beside the agent's own numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// How the guest's instructions are run.
    pub virt_type: VirtType,
    /// How the port of its SSH is forwarded.
    pub forward: Forward,
    /// The program that runs it: a path that stays, not one that is collected one day.
    pub emulator: PathBuf,
    /// Its disk, a qcow2 file.
    pub disk: PathBuf,
    /// The log of its serial port.
    pub log: PathBuf,
}

/// How the guest's instructions are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VirtType {
    /// By the processor.
    Kvm,
    /// By QEMU, one after the other.
    Qemu,
}

/// How a port of this machine's loopback leads to the guest's SSH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forward {
    /// By passt, which libvirt starts (`<portForward>`, libvirt 9.2 and later).
    Passt,
    /// By QEMU's own user network, on its command line: `<interface type='user'>` alone forwards nothing.
    CommandLine,
}

/// XML that is none: nothing that libvirt says.
#[derive(Debug, thiserror::Error)]
#[error("libvirt's XML can't be read: {0}")]
pub struct Malformed(#[from] roxmltree::Error);

/// The domain's XML (<https://libvirt.org/formatdomain.html>), with what opens SPICE where `ticket` is given.
///
/// It says everything in the words that libvirt itself uses for it, so that [`Defined::differs`] can tell.
pub fn xml(name: &AgentName, vm: &Vm, place: &Place, ticket: Option<&str>) -> Result<String, askama::Error> {
    Domain {
        virt_type: place.virt_type,
        name: name.host(),
        uuid: uuid(name),
        memory_kib: u64::from(vm.memory_gib.get()) << 20,
        vm,
        passt: place.forward == Forward::Passt,
        machine: Paths {
            emulator: place.emulator.to_string_lossy().into_owned(),
            disk: place.disk.to_string_lossy().into_owned(),
            log: place.log.to_string_lossy().into_owned(),
        },
        ticket,
    }
    .render()
}

/// The UUID of an agent's domain, derived from its name: defining it again replaces the definition. In the form of
/// version 5 (RFC 9562), of the SHA-256 of the host's name.
#[must_use]
pub fn uuid(name: &AgentName) -> String {
    let digest = Sha256::digest(name.host());
    let bytes = digest.iter().take(16).enumerate().map(|(index, byte)| match index {
        6 => byte & 0x0f | 0x50, // the version
        8 => byte & 0x0f | 0x80, // the variant
        _ => *byte,
    });
    let hyphen = |index| if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
    let pairs = bytes.enumerate().map(|(index, byte)| format!("{}{byte:02x}", hyphen(index)));
    pairs.collect::<Vec<_>>().concat()
}

#[derive(Template)]
#[template(path = "domain.xml")]
struct Domain<'a> {
    virt_type: VirtType,
    name: String,
    uuid: String,
    memory_kib: u64,
    vm: &'a Vm,
    passt: bool,
    machine: Paths,
    ticket: Option<&'a str>,
}

struct Paths {
    emulator: String,
    disk: String,
    log: String,
}

impl fmt::Display for VirtType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kvm => "kvm",
            Self::Qemu => "qemu",
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn vesta() -> AgentName {
        "vesta".parse().unwrap()
    }

    fn vm() -> Vm {
        Vm {
            ssh_port: "2225".parse().unwrap(),
            spice_port: "5902".parse().unwrap(),
            mac: "52:54:00:5a:30:d0".parse().unwrap(),
            memory_gib: "4".parse().unwrap(),
            vcpus: "2".parse().unwrap(),
        }
    }

    fn place(forward: Forward) -> Place {
        Place {
            virt_type: VirtType::Qemu,
            forward,
            emulator: "/usr/bin/qemu-system-x86_64".into(),
            disk: "/home/o'neill & co/.agentvms/agent-vesta.qcow2".into(),
            log: "/home/o'neill & co/.agentvms/agent-vesta.log".into(),
        }
    }

    fn render(forward: Forward, ticket: Option<&str>) -> String {
        xml(&vesta(), &vm(), &place(forward), ticket).unwrap()
    }

    #[test]
    fn the_uuid_is_derived_from_the_name() {
        // printf agent-vesta | sha256sum
        assert_eq!(uuid(&vesta()), "5a30d0e8-5e52-59c4-86ba-11b786196422");
    }

    #[test]
    fn every_forward_is_on_loopback_alone() {
        let [passt, command_line] = [Forward::Passt, Forward::CommandLine].map(|it| render(it, None));
        assert!(passt.contains("<portForward proto='tcp' address='127.0.0.1'>"));
        assert!(!passt.contains("qemu:arg"));
        assert!(command_line.contains("hostfwd=tcp:127.0.0.1:2225-:22'"));
        assert!(!command_line.contains("<interface"));
        for xml in [passt, command_line] {
            assert_eq!(xml.matches("<listen type='address' address='127.0.0.1'/>").count(), 1);
        }
    }

    #[test]
    fn paths_are_escaped() {
        let xml = render(Forward::CommandLine, None);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let files: Vec<_> = document.descendants().filter_map(|node| node.attribute("file")).collect();
        let place = place(Forward::CommandLine);
        assert_eq!(files, [place.disk.to_str().unwrap(), place.log.to_str().unwrap()]);
    }

    #[test]
    fn the_ticket_stands_in_it_only_where_it_is_asked_for() {
        assert!(!render(Forward::Passt, None).contains("passwd"));
        assert!(render(Forward::Passt, Some("0123abcd")).contains("autoport='no' passwd='0123abcd'>"));
    }

    /// What libvirt 9.0 made of the domain: what it says of it when it is asked again.
    const DEFINED: &str = include_str!("defined.xml");

    #[test]
    fn what_libvirt_says_of_a_domain_is_known_as_that_domain() {
        let defined = Defined::parse(DEFINED.to_owned()).unwrap();
        assert_eq!(defined.differs(&render(Forward::CommandLine, None)).unwrap(), None);
        assert_eq!(defined.uuid().as_deref(), Some(uuid(&vesta()).as_str()));
        assert_eq!(defined.virt_type(), Some(VirtType::Qemu));
        assert_eq!(defined.ticket(), None);
    }

    #[test]
    fn a_domain_with_another_number_is_another_one() {
        for (from, to, expected) in [
            ("4194304", "2097152", "domain/memory"),
            (">2</vcpu>", ">3</vcpu>", "domain/vcpu"),
            ("port='5902'", "port='5903'", "domain/devices/graphics"),
            ("127.0.0.1:2225-", ":2225-", "domain/commandline/arg"),
            ("127.0.0.1", "0.0.0.0", "domain/devices/graphics/listen"),
            ("52:54:00:5a:30:d0", "52:54:00:5a:30:d1", "domain/commandline/arg"),
            ("org.qemu.guest_agent.0", "org.qemu.guest_agent.1", "domain/devices/channel/target"),
            ("agent-vesta.qcow2", "agent-luce.qcow2", "domain/devices/disk/source"),
            ("type='qemu'", "type='kvm'", "domain"),
        ] {
            assert!(DEFINED.contains(from), "{from}");
            let defined = Defined::parse(DEFINED.replace(from, to)).unwrap();
            let differs = defined.differs(&render(Forward::CommandLine, None)).unwrap();
            assert_eq!(differs.as_deref(), Some(expected), "{from} -> {to}");
        }
    }
}
