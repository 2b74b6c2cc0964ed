//! What libvirt and QEMU can do on a machine.

use roxmltree::{Document, Node};

use super::{Forward, Malformed};

/// What `virsh domcapabilities` says, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The program that libvirt runs machines by, where it says so.
    pub emulator: Option<String>,
    /// How a port can be forwarded.
    pub forward: Forward,
}

impl Capabilities {
    /// Reads them (<https://libvirt.org/formatdomaincaps.html>).
    pub fn parse(xml: &str) -> Result<Self, Malformed> {
        let document = Document::parse(xml)?;
        let is_backend =
            |node: &Node<'_, '_>| node.has_tag_name("enum") && node.attribute("name") == Some("backendType");
        let mut backends = document.descendants().filter(is_backend).flat_map(|it| it.children());
        let passt = backends.any(|value| value.text() == Some("passt"));
        let path = document.root_element().children().find(|node| node.has_tag_name("path"));
        Ok(Self {
            emulator: path.and_then(|node| node.text()).map(str::to_owned),
            forward: if passt { Forward::Passt } else { Forward::CommandLine },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "<domainCapabilities><path>/usr/bin/qemu</path><devices/></domainCapabilities>";
    const NEW: &str = "<domainCapabilities><devices><interface supported='yes'><enum name='backendType'>\
                       <value>default</value><value>passt</value></enum></interface></devices></domainCapabilities>";

    #[test]
    fn passt_forwards_where_libvirt_offers_it() {
        let [old, new] = [OLD, NEW].map(|xml| Capabilities::parse(xml).unwrap());
        assert_eq!(
            old,
            Capabilities { emulator: Some("/usr/bin/qemu".into()), forward: Forward::CommandLine }
        );
        assert_eq!(new, Capabilities { emulator: None, forward: Forward::Passt });
        assert!(Capabilities::parse("error: no").is_err());
    }
}
