//! `agent-tool.toml`: the operator's facts, which Nix reads too.

use std::path::Path;

use serde::{Deserialize, Deserializer, de};

use crate::{
    error::{Error, Location, Result},
    host_file::{HostFile, HostFiles},
    name::AgentName,
    path::TreePath,
    read,
    rule_names::RuleNames,
    vm::{Count, Port},
};

/// The name of the settings file, which marks the root of a tree.
pub const FILE: &str = "agent-tool.toml";

/// The operator's facts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// Agents write from `NAME@domain`.
    pub domain: HostName,
    /// The mail server: IMAP and SMTP.
    pub mail_host: HostName,
    /// The tailnet's control server.
    pub login_server: Url,
    /// The user with passwordless sudo; it has a module among the users.
    pub admin_user: UserName,
    /// A reference to the pushed flake.
    pub flake: String,
    /// What virtual machines start from.
    pub vm: VmDefaults,
    /// Where things lie in the tree.
    #[serde(default)]
    pub paths: Paths,
    /// What the agenix rules call things.
    #[serde(default)]
    pub rules: RuleNames,
}

/// What virtual machines start from, and where their disks lie.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VmDefaults {
    /// The folder of disks on the host; `~/` is the operator's home.
    pub image_dir: String,
    /// The first SSH port that is given out.
    pub first_ssh_port: Port,
    /// The first SPICE port that is given out.
    pub first_spice_port: Port,
    /// Memory of a new machine, in GiB.
    pub memory_gib: Count,
    /// Virtual processors of a new machine.
    pub vcpus: Count,
}

/// Where things lie in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Paths {
    /// The flake itself.
    pub flake: TreePath,
    /// The folder of hosts: `agent-NAME/default.nix`; `.` where they lie at the root.
    #[serde(deserialize_with = "folder")]
    pub hosts: TreePath,
    /// What a host's own file is called, in the folder of the host; `../NAME.nix` where it lies beside that and has
    /// the host's name.
    pub host_file: HostFile,
    /// The configuration of the base image.
    pub base: TreePath,
    /// What all agents' hosts share, where that isn't among the hosts.
    pub shared_host: Option<TreePath>,
    /// The folder of the modules that are the same in every tree: `agent.nix`, `agent-vm.nix`, `agent-home.nix`.
    pub modules: TreePath,
    /// The folder of homes: `NAME/agent.nix`, `NAME/himalaya.nix`.
    pub homes: TreePath,
    /// The folder of users: `NAME.nix`.
    pub users: TreePath,
    /// The agenix rules.
    pub rules: TreePath,
    /// The folder of sealed secrets.
    pub secrets: TreePath,
    /// The guide with the table of agents and ports.
    pub guide: TreePath,
}

/// A DNS name, such as a mail server's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct HostName(String);

/// An `http` or `https` address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Url(String);

/// A Linux user that need not be an agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct UserName(String);

/// A folder of the tree, which may be the root.
fn folder<'de, D: Deserializer<'de>>(text: D) -> std::result::Result<TreePath, D::Error> {
    TreePath::folder(String::deserialize(text)?).map_err(de::Error::custom)
}

impl Settings {
    /// Reads the settings of the tree at `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let path = TreePath::literal(FILE);
        Self::parse(&path, &read::text(root, &path, read::bytes(root, &path)?)?)
    }

    /// Reads the settings from the text of the file at `path`.
    pub fn parse(path: &TreePath, text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| Error::Malformed {
            at: match error.span() {
                Some(span) => Location::offset(path, text, span.start),
                None => Location::file(path),
            },
            message: error.message().to_owned(),
        })
    }
}

impl Paths {
    /// The Nix files in which every agent is registered.
    #[must_use]
    pub fn shared(&self) -> [&TreePath; 3] {
        [&self.flake, &self.rules, &self.base]
    }

    /// `modules/users/NAME.nix`, an agent's or a person's.
    #[must_use]
    pub fn user(&self, name: &impl AsRef<str>) -> TreePath {
        self.users.join(format_args!("{}.nix", name.as_ref()))
    }

    /// `modules/users/keys.nix`: the operators' SSH keys.
    #[must_use]
    pub fn operator_keys(&self) -> TreePath {
        self.users.join("keys.nix")
    }

    /// What any host has for its own.
    #[must_use]
    pub fn host_files(&self, host: &str) -> HostFiles {
        self.host_file.of(&self.hosts, host)
    }

    /// `hosts/agent-NAME/default.nix`, or `hosts/agent-NAME.nix`.
    #[must_use]
    pub fn host(&self, name: &AgentName) -> TreePath {
        self.host_files(&name.host()).file
    }

    /// `hosts/agent-NAME/vm.xml`: the machine of an agent that predates `agent.vm`.
    #[must_use]
    pub fn vm_xml(&self, name: &AgentName) -> TreePath {
        self.host_files(&name.host()).folder.join("vm.xml")
    }

    /// `hosts/common/optional/agent-base.nix`: what all agents' hosts share.
    #[must_use]
    pub fn shared_host(&self) -> TreePath {
        self.shared_host.clone().unwrap_or_else(|| self.hosts.join("common/optional/agent-base.nix"))
    }

    /// `home-manager/NAME`.
    #[must_use]
    pub fn home_folder(&self, name: &AgentName) -> TreePath {
        self.homes.join(name)
    }

    /// `home-manager/NAME/agent.nix`.
    #[must_use]
    pub fn home(&self, name: &AgentName) -> TreePath {
        self.home_folder(name).join("agent.nix")
    }

    /// `home-manager/NAME/himalaya.nix`.
    #[must_use]
    pub fn mail(&self, name: &AgentName) -> TreePath {
        self.home_folder(name).join("himalaya.nix")
    }

    /// `home-manager/common/agents/base.nix`: what all agents' homes share.
    #[must_use]
    pub fn shared_home(&self) -> TreePath {
        self.homes.join("common/agents/base.nix")
    }

    /// `secrets/stalwart-mail-NAME-password.age`.
    #[must_use]
    pub fn mail_secret(&self, name: &AgentName) -> TreePath {
        self.secrets.join(format_args!("stalwart-mail-{name}-password.age"))
    }

    /// `secrets/headscale-authkey-NAME.age`.
    #[must_use]
    pub fn tailnet_secret(&self, name: &AgentName) -> TreePath {
        self.secrets.join(format_args!("headscale-authkey-{name}.age"))
    }

    /// `secrets/agent-NAME-host-key.age`.
    #[must_use]
    pub fn host_key_secret(&self, name: &AgentName) -> TreePath {
        self.secrets.join(format_args!("agent-{name}-host-key.age"))
    }

    /// `secrets/.recipients`: who each secret was last sealed to.
    #[must_use]
    pub fn manifest(&self) -> TreePath {
        self.secrets.join(".recipients")
    }

    /// The folders and files in which all lies that is an agent's host's and home's alone.
    #[must_use]
    pub fn own_places(&self, name: &AgentName) -> Vec<TreePath> {
        let mut places = self.host_files(&name.host()).places();
        places.push(self.home_folder(name));
        places
    }

    /// Every file that is an agent's alone.
    #[must_use]
    pub fn own_files(&self, name: &AgentName) -> [TreePath; 7] {
        [
            self.user(name),
            self.host(name),
            self.home(name),
            self.mail(name),
            self.mail_secret(name),
            self.tailnet_secret(name),
            self.host_key_secret(name),
        ]
    }

    /// The name under which the rules know the secret at `path`: relative to their own folder.
    #[must_use]
    pub fn rule(&self, path: &TreePath) -> String {
        self.rules.reference(path).trim_start_matches("./").to_owned()
    }
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            flake: TreePath::literal("flake.nix"),
            hosts: TreePath::literal("hosts"),
            host_file: HostFile::Inside(TreePath::literal("default.nix")),
            base: TreePath::literal("hosts/agent-base/default.nix"),
            shared_host: None,
            modules: TreePath::literal("modules"),
            homes: TreePath::literal("home-manager"),
            users: TreePath::literal("modules/users"),
            rules: TreePath::literal("secrets.nix"),
            secrets: TreePath::literal("secrets"),
            guide: TreePath::literal("docs/agentvms.md"),
        }
    }
}

impl TryFrom<String> for HostName {
    type Error = String;

    /// RFC 1123: labels of letters, digits and inner hyphens, 63 bytes at most, 253 in all.
    fn try_from(text: String) -> std::result::Result<Self, String> {
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.len() <= 253 && text.split('.').all(label) {
            Ok(Self(text))
        } else {
            Err(format!("{text:?} is no host name"))
        }
    }
}

impl TryFrom<String> for Url {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let visible =
            |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        if rest.is_some_and(visible) {
            Ok(Self(text))
        } else {
            Err(format!("{text:?} is no http(s) address"))
        }
    }
}

impl TryFrom<String> for UserName {
    type Error = String;

    /// `man 8 useradd`: up to 32 of `[a-z0-9_-]`, the first a letter or `_`.
    fn try_from(text: String) -> std::result::Result<Self, String> {
        let body = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        let head = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        if head && text.len() <= 32 && text.bytes().all(body) {
            Ok(Self(text))
        } else {
            Err(format!("{text:?} is no user name"))
        }
    }
}

macro_rules! text {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}
text!(HostName, Url, UserName);

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = include_str!("../../agent-tool.toml");

    fn parse(text: &str) -> Result<Settings> {
        Settings::parse(&TreePath::literal(FILE), text)
    }

    #[test]
    fn this_repository_has_the_facts_of_the_architecture_document() {
        let settings = parse(OURS).unwrap();
        assert_eq!(settings.domain.as_str(), "ncrmro.com");
        assert_eq!(settings.mail_host.as_str(), "mail.ncrmro.com");
        assert_eq!(settings.login_server.as_str(), "https://headscale.ncrmro.com");
        assert_eq!(settings.admin_user.as_str(), "ncrmro");
        assert_eq!(settings.flake, "github:ncrmro/nixos-config");
        assert_eq!(settings.vm.image_dir, "~/.agentvms");
        assert_eq!((settings.vm.first_ssh_port.get(), settings.vm.first_spice_port.get()), (2223, 5900));
        assert_eq!(
            (settings.vm.memory_gib.to_string(), settings.vm.vcpus.to_string()),
            ("4".into(), "2".into())
        );
    }

    #[test]
    fn a_mistake_is_shown_where_it_stands() {
        for (from, to, expected) in [
            (
                "domain = \"ncrmro.com\"",
                "domain = \"ncrmro com\"",
                "agent-tool.toml:3:10: \"ncrmro com\" is no host name",
            ),
            ("vcpus = 2", "vcpus = 0", "agent-tool.toml:14:9: this is a number from 1 to 65535, not 0"),
            ("vcpus = 2", "cpus = 2", "agent-tool.toml:14:1: unknown field `cpus`, expected one of"),
            (
                "first-ssh-port = 2223",
                "first-ssh-port = 22",
                "agent-tool.toml:11:18: a port is a number from 1024",
            ),
            (
                "[vm]",
                "[rules]\nmachines = \"our systems\"\n[vm]",
                "agent-tool.toml:10:12: \"our systems\" is no name that can be bound in a `let`",
            ),
            ("[vm]", "[vm", "agent-tool.toml:9:4: unclosed table"),
            (
                "[vm]",
                "[paths]\nhosts = \"../up\"\n[vm]",
                "agent-tool.toml:10:9: \"../up\" is not a path below",
            ),
            (
                "[vm]",
                "[paths]\nhost-file = \"../NAME/host.nix\"\n[vm]",
                "agent-tool.toml:10:13: \"../NAME/host.nix\" leads out of the host's folder: `..` is taken in \"../NAME.nix\" alone",
            ),
        ] {
            let error = parse(&OURS.replace(from, to)).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
