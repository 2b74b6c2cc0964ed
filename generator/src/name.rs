//! The name of an agent: parsed once, valid ever after.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// An agent's name: a Linux user name that is a DNS label once `agent-` stands before it.
///
/// `[a-z][a-z0-9-]*`, at most 32 bytes (`man 8 useradd`), no `-` at the end, no word of the Nix language,
/// no user that a NixOS system makes for itself, and not `base`, which is the base image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct AgentName(String);

/// Why a text is no agent's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing at all.
    #[error("a name can't be empty")]
    Empty,
    /// Longer than a Linux user name.
    #[error("a name has at most {MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// The first character is no lower-case letter.
    #[error("a name starts with a lower-case letter (a-z), not with {0:?}")]
    FirstCharacter(char),
    /// A character that no name can have.
    #[error("a name has lower-case letters, digits and `-` only, not {0:?}")]
    Character(char),
    /// A DNS label can't end so.
    #[error("a name can't end with `-`")]
    TrailingHyphen,
    /// It would have to be quoted wherever it is an attribute.
    #[error("`{0}` is a word of the Nix language")]
    Keyword(String),
    /// The operating system has this user.
    #[error("`{0}` is a user of the operating system")]
    SystemUser(String),
    /// `agent-base` is the image that all agents start from.
    #[error("`agent-base` is the base image, not an agent")]
    Base,
}

const MAX: usize = 32;

/// The reserved words of the Nix language (Nix manual, "Identifiers").
pub(crate) const KEYWORDS: [&str; 10] =
    ["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"];

/// Users and private groups that NixOS makes on a machine such as an agent's (nixos/modules/misc/ids.nix and
/// the desktop's modules); `systemd-*` and `nixbld*` are recognised by their beginnings.
const SYSTEM_USERS: [&str; 43] = [
    "adm",
    "audio",
    "avahi",
    "bin",
    "cdrom",
    "colord",
    "cups",
    "daemon",
    "dialout",
    "disk",
    "dnsmasq",
    "ftp",
    "fwupd-refresh",
    "gdm",
    "geoclue",
    "gnome-initial-setup",
    "gnome-remote-desktop",
    "input",
    "keys",
    "kmem",
    "kvm",
    "libvirtdbus",
    "lp",
    "mail",
    "messagebus",
    "nm-iodine",
    "nm-openvpn",
    "nobody",
    "nogroup",
    "nscd",
    "polkituser",
    "qemu-libvirtd",
    "render",
    "root",
    "rtkit",
    "sshd",
    "tty",
    "users",
    "usbmux",
    "uucp",
    "video",
    "wheel",
    "wpa-supplicant",
];

impl AgentName {
    /// The name itself, which is also the user's.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the machine, its configuration and its domain: `agent-NAME`.
    #[must_use]
    pub fn host(&self) -> String {
        format!("agent-{}", self.0)
    }

    /// The name as a person's: its first letter in upper case.
    #[must_use]
    pub fn capitalised(&self) -> String {
        let mut letters = self.0.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }

    /// The agent whose machine is called `host`, if that is how an agent's machine is called.
    #[must_use]
    pub fn of_host(host: &str) -> Option<Self> {
        host.strip_prefix("agent-")?.parse().ok()
    }
}

impl FromStr for AgentName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let first = text.chars().next().ok_or(NameError::Empty)?;
        if !first.is_ascii_lowercase() {
            return Err(NameError::FirstCharacter(first));
        }
        let foreign = |c: &char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-');
        if let Some(character) = text.chars().find(foreign) {
            return Err(NameError::Character(character));
        }
        if text.len() > MAX {
            return Err(NameError::TooLong(text.len()));
        }
        if text.ends_with('-') {
            return Err(NameError::TrailingHyphen);
        }
        if text == "base" {
            return Err(NameError::Base);
        }
        if KEYWORDS.contains(&text) {
            return Err(NameError::Keyword(text.into()));
        }
        // `keys` is refused by the tree, which has `modules/users/keys.nix`: a conflict says more than a rule.
        if is_system_user(text) && text != "keys" {
            return Err(NameError::SystemUser(text.into()));
        }
        Ok(Self(text.into()))
    }
}

impl AsRef<str> for AgentName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_system_user(text: &str) -> bool {
    let builder = text.strip_prefix("nixbld").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    builder || text.starts_with("systemd-") || SYSTEM_USERS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, NameError>) {
        assert_eq!(text.parse::<AgentName>().map(|name| name.0), expected.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn accepts_what_is_both_a_user_and_a_label() {
        for name in ["vesta", "a", "mail-bot", "r2d2", "letter", "in-1", "rooted", "nixbld-x", "basement"] {
            check(name, Ok(name));
        }
        check(&"a".repeat(32), Ok(&"a".repeat(32)));
    }

    #[test]
    fn refuses_what_no_user_or_label_can_be() {
        check("", Err(NameError::Empty));
        check(&"a".repeat(33), Err(NameError::TooLong(33)));
        check("1st", Err(NameError::FirstCharacter('1')));
        check("-x", Err(NameError::FirstCharacter('-')));
        check("..", Err(NameError::FirstCharacter('.')));
        check("Vesta", Err(NameError::FirstCharacter('V')));
        check("éva", Err(NameError::FirstCharacter('é')));
        check("a/b", Err(NameError::Character('/')));
        check("a_b", Err(NameError::Character('_')));
        check("veSta", Err(NameError::Character('S')));
        check("naïve", Err(NameError::Character('ï')));
        check("a b", Err(NameError::Character(' ')));
        check("a\n", Err(NameError::Character('\n')));
        check("vesta-", Err(NameError::TrailingHyphen));
    }

    #[test]
    fn refuses_what_is_somebody_else() {
        check("base", Err(NameError::Base));
        check("let", Err(NameError::Keyword("let".into())));
        for user in ["root", "nixbld1", "nixbld", "sshd", "gdm", "systemd-network"] {
            check(user, Err(NameError::SystemUser(user.into())));
        }
    }

    #[test]
    fn is_a_host_and_a_person() {
        let name: AgentName = "mail-bot".parse().unwrap();
        assert_eq!(name.host(), "agent-mail-bot");
        assert_eq!(name.capitalised(), "Mail-bot");
        assert_eq!(AgentName::of_host("agent-mail-bot"), Some(name));
        assert_eq!(AgentName::of_host("agent-base"), None);
        assert_eq!(AgentName::of_host("laptop"), None);
    }
}
