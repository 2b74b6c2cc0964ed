//! A domain as libvirt has it.

use roxmltree::{Document, Node};

use super::{Malformed, VirtType};

/// The XML of a domain that is defined: what `virsh dumpxml` prints.
#[derive(Debug, Clone)]
pub struct Defined(String);

impl Defined {
    /// Takes the XML that libvirt says.
    pub fn parse(xml: String) -> Result<Self, Malformed> {
        Document::parse(&xml)?;
        Ok(Self(xml))
    }

    /// Its UUID.
    #[must_use]
    pub fn uuid(&self) -> Option<String> {
        self.first(|node| node.has_tag_name("uuid").then(|| node.text()).flatten())
    }

    /// How its instructions are run; nothing when it is by something else than here.
    #[must_use]
    pub fn virt_type(&self) -> Option<VirtType> {
        let all = [VirtType::Kvm, VirtType::Qemu];
        let text =
            self.first(|node| node.has_tag_name("domain").then(|| node.attribute("type")).flatten())?;
        all.into_iter().find(|virt_type| virt_type.to_string() == text)
    }

    /// What opens its SPICE display; libvirt says it only when it is asked for security-sensitive information.
    #[must_use]
    pub fn ticket(&self) -> Option<String> {
        self.first(|node| node.has_tag_name("graphics").then(|| node.attribute("passwd")).flatten())
    }

    /// The path of the first element of `wanted` that is not in this domain; nothing when it has all of them.
    ///
    /// libvirt adds addresses, controllers and defaults to what it is given, and never takes anything away. So a domain
    /// is the wanted one when every element of it is there, with its attributes and its text; what is there beside
    /// them, by libvirt or by hand, makes no difference.
    pub fn differs(&self, wanted: &str) -> Result<Option<String>, Malformed> {
        let (defined, wanted) = (Document::parse(&self.0)?, Document::parse(wanted)?);
        Ok(missing(wanted.root_element(), defined.root_element()))
    }

    fn first(&self, find: impl for<'a> Fn(Node<'a, '_>) -> Option<&'a str>) -> Option<String> {
        // It was parsed once; a text that can't be parsed has nothing.
        let document = Document::parse(&self.0).ok()?;
        document.descendants().find_map(|node| find(node).map(str::to_owned))
    }
}

/// The path of what `defined` lacks of `wanted`.
fn missing(wanted: Node<'_, '_>, defined: Node<'_, '_>) -> Option<String> {
    let name = wanted.tag_name().name();
    if !is_same(wanted, defined) {
        return Some(name.to_owned());
    }
    let mut left: Vec<_> = defined.children().filter(Node::is_element).collect();
    for child in wanted.children().filter(Node::is_element) {
        let candidates = || left.iter().filter(|it| it.tag_name() == child.tag_name());
        let place =
            left.iter().position(|it| it.tag_name() == child.tag_name() && missing(child, *it).is_none());
        let Some(place) = place else {
            // Of several that could be meant, the one that is alike outside says what it lacks inside.
            let alike = candidates().find(|it| is_same(child, **it)).and_then(|it| missing(child, *it));
            let inner = alike.unwrap_or_else(|| child.tag_name().name().to_owned());
            return Some(format!("{name}/{inner}"));
        };
        left.remove(place);
    }
    None
}

/// Whether an element has the name, the attributes and the text of the wanted one.
fn is_same(wanted: Node<'_, '_>, defined: Node<'_, '_>) -> bool {
    let text = |node: Node<'_, '_>| node.text().unwrap_or_default().trim().to_owned();
    wanted.tag_name() == defined.tag_name()
        && text(wanted) == text(defined)
        && wanted.attributes().all(|attribute| {
            defined
                .attribute(attribute.name())
                .is_some_and(|value| value == attribute.value() || is_version_of(attribute.value(), value))
        })
}

/// Whether libvirt made `machine` of `alias`: it writes a machine type down with the version of the day.
fn is_version_of(alias: &str, machine: &str) -> bool {
    alias == "q35" && machine.starts_with("pc-q35-")
}
