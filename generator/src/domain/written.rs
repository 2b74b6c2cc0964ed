//! A machine as somebody wrote it by hand: the `vm.xml` of a host that predates `agent.vm`.

use roxmltree::{Document, Node};

use super::Malformed;
use crate::vm::{Count, Mac, Port};

/// What a `vm.xml` says of a machine, as far as it says it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The port that is forwarded to the guest's SSH.
    pub ssh_port: Option<Port>,
    /// The port of its SPICE display.
    pub spice_port: Option<Port>,
    /// The address of its first card.
    pub mac: Option<Mac>,
    /// Memory in GiB, a part of one counted whole.
    pub memory_gib: Option<Count>,
    /// Virtual processors.
    pub vcpus: Option<Count>,
}

impl Written {
    /// Reads a domain's XML (libvirt's "Domain XML format").
    pub fn parse(xml: &str) -> Result<Self, Malformed> {
        let document = Document::parse(xml)?;
        let first = |name: &str| document.descendants().find(|node| node.tag_name().name() == name);
        let displays = document.descendants().filter(|node| node.has_tag_name("graphics"));
        let spice = displays.into_iter().find(|node| node.attribute("type") == Some("spice"));
        Ok(Self {
            ssh_port: document.descendants().find_map(forwarded),
            spice_port: spice.and_then(|node| node.attribute("port")?.parse().ok()),
            mac: first("mac").and_then(|node| node.attribute("address")?.parse().ok()),
            memory_gib: first("memory").and_then(gibibytes),
            vcpus: first("vcpu").and_then(|node| node.text()?.trim().parse().ok()),
        })
    }
}

/// The port that leads to the guest's port 22: passt's `<portForward>`, or QEMU's own `hostfwd=`.
fn forwarded(node: Node<'_, '_>) -> Option<Port> {
    match node.tag_name().name() {
        "range" if node.attribute("to") == Some("22") => node.attribute("start")?.parse().ok(),
        "arg" => {
            let (_, forward) = node.attribute("value")?.split_once("hostfwd=tcp:")?;
            let (from, to) = forward.split_once('-')?;
            let guest = to.split(',').next()?.rsplit(':').next()?;
            from.rsplit(':').next()?.parse().ok().filter(|_| guest == "22")
        }
        _ => None,
    }
}

/// `<memory unit='…'>`: in KiB where nothing is said.
fn gibibytes(node: Node<'_, '_>) -> Option<Count> {
    let number: u64 = node.text()?.trim().parse().ok()?;
    let bytes = match node.attribute("unit").unwrap_or("KiB") {
        "b" | "bytes" => 1,
        "KB" => 1_000,
        "k" | "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        "TB" => 1_000_000_000_000,
        "T" | "TiB" => 1 << 40,
        _ => return None,
    };
    let gibibytes = number.checked_mul(bytes)?.div_ceil(1 << 30);
    i64::try_from(gibibytes).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(ports: &str) -> Written {
        let xml = format!(
            "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
               <name>agent-x</name><memory unit='MiB'>3500</memory><vcpu placement='static'>2</vcpu>
               <devices>
                 <interface type='user'><mac address='52:54:00:AA:00:01'/>{ports}</interface>
                 <graphics type='vnc' port='5999'/>
                 <graphics type='spice' port='5907' autoport='no'/>
               </devices>
               <qemu:commandline><qemu:arg value='-netdev'/>
                 <qemu:arg value='user,id=n,hostfwd=tcp:127.0.0.1:2230-:22'/></qemu:commandline>
             </domain>"
        );
        Written::parse(&xml).unwrap()
    }

    #[test]
    fn a_machine_is_read_from_its_xml() {
        let machine = written("");
        assert_eq!(machine.ssh_port, Some("2230".parse().unwrap()));
        assert_eq!(machine.spice_port, Some("5907".parse().unwrap()));
        assert_eq!(machine.mac.unwrap().to_string(), "52:54:00:aa:00:01");
        assert_eq!(machine.memory_gib, Some("4".parse().unwrap()));
        assert_eq!(machine.vcpus, Some("2".parse().unwrap()));
        let passt = written("<portForward proto='tcp'><range start='2231' to='22'/></portForward>");
        assert_eq!(passt.ssh_port, Some("2231".parse().unwrap()));
    }

    #[test]
    fn what_is_not_said_is_not_made_up() {
        let xml = "<domain><memory unit='parsec'>1</memory><graphics type='spice' autoport='yes'/></domain>";
        assert_eq!(Written::parse(xml).unwrap(), Written::default());
        assert!(Written::parse("<domain>").is_err());
    }
}
