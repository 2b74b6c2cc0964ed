//! Public keys that secrets are sealed to.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    str::FromStr,
};

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, Engine};
use sha2::{Digest, Sha256};

use super::plugin;
use crate::error::Error;

/// A public key that a secret can be sealed to: `ssh-ed25519 …`, `ssh-rsa …`, `age1…`, or `age1NAME1…` of an age
/// plugin.
///
/// Two are equal when their keys are: the comment behind an SSH key says nothing.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    key: Key,
    /// How a stanza names an SSH key; made once, for many headers are held against it.
    tag: Option<String>,
}

#[derive(Clone)]
enum Key {
    Ssh(age::ssh::Recipient),
    X25519(age::x25519::Recipient),
    Tag(age::tag::Recipient),
    TagPq(Box<age::tagpq::Recipient>),
    /// Of the plugin that is called so.
    Plugin(String),
}

/// Keys by how they are written: rules name the same few over and over, and parsing one costs more than reading a rule.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(HashMap<String, Recipient>);

impl Keys {
    /// The key that `text` is.
    pub(super) fn parse(&mut self, text: &str) -> Result<Recipient, Error> {
        if let Some(key) = self.0.get(text) {
            return Ok(key.clone());
        }
        let key: Recipient = text.parse()?;
        self.0.insert(text.to_owned(), key.clone());
        Ok(key)
    }
}

/// What the stanzas for a recipient are like, as far as the header has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form<'a> {
    /// One of this kind, whose first argument is this tag.
    Named(&'a str, &'a str),
    /// One of this kind.
    Kind(&'static str),
    /// One or more, of whatever kind a plugin makes.
    Any,
}

impl Recipient {
    /// The key without comment, as it is written in rules: `ssh-ed25519 AAAA…`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The fingerprint of an SSH key, as `ssh-keygen -l` prints it; nothing for other keys.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        let key = ssh_key::PublicKey::from_openssh(&self.text).ok()?;
        Some(key.fingerprint(ssh_key::HashAlg::Sha256).to_string())
    }

    /// The plugin that seals to the key; nothing where age does so itself.
    #[must_use]
    pub fn plugin(&self) -> Option<&str> {
        match &self.key {
            Key::Plugin(name) => Some(name),
            _ => None,
        }
    }

    /// Whether sealing to it may fail where sealing to others does not: a plugin may be missing, and a tagged key may
    /// want no other kind beside it.
    pub(super) fn is_special(&self) -> bool {
        matches!(self.key, Key::Plugin(_) | Key::Tag(_) | Key::TagPq(_))
    }

    /// What stanzas for this key are like. An SSH key is named by the first four bytes of the SHA-256 of its wire
    /// form (age's `ssh` package), other keys by their kind alone.
    pub(super) fn form(&self) -> Form<'_> {
        match (&self.key, &self.tag) {
            (Key::Ssh(_), Some(tag)) => {
                Form::Named(self.text.split_once(' ').map_or("", |(kind, _)| kind), tag)
            }
            (Key::X25519(_), _) => Form::Kind("X25519"),
            (Key::Tag(_), _) => Form::Kind("p256tag"),
            (Key::TagPq(_), _) => Form::Kind("mlkem768p256tag"),
            (Key::Plugin(_) | Key::Ssh(_), _) => Form::Any,
        }
    }

    /// The key as age seals to it; nothing for a plugin's.
    pub(super) fn as_age(&self) -> Option<&dyn age::Recipient> {
        match &self.key {
            Key::Ssh(key) => Some(key),
            Key::X25519(key) => Some(key),
            Key::Tag(key) => Some(key),
            Key::TagPq(key) => Some(key.as_ref()),
            Key::Plugin(_) => None,
        }
    }
}

/// The first four bytes of the hash of an SSH key's wire form, as a stanza has them.
fn ssh_tag(text: &str) -> Option<String> {
    let (_, encoded) = text.split_once(' ')?;
    let hash = Sha256::digest(BASE64_STANDARD.decode(encoded).ok()?);
    Some(BASE64_STANDARD_NO_PAD.encode(hash.get(..4)?))
}

/// The public half of the key in `tests/keys/`, which everybody has: the repository as it stands is sealed to it.
pub fn example() -> Result<Recipient, Error> {
    EXAMPLE.parse()
}

const EXAMPLE: &str = include_str!("../../../tests/keys/example_operator.pub");

/// The recipients without those that are listed twice, in their order.
pub fn distinct<'a>(recipients: impl IntoIterator<Item = &'a Recipient>) -> Vec<&'a Recipient> {
    let mut seen = BTreeSet::new();
    recipients.into_iter().filter(|recipient| seen.insert(recipient.as_str())).collect()
}

/// The SHA-256 of a set of recipients, in hexadecimal: order, comments and repetition make no difference.
pub fn hash_set<'a>(recipients: impl IntoIterator<Item = &'a Recipient>) -> String {
    let set: BTreeSet<&str> = recipients.into_iter().map(Recipient::as_str).collect();
    let lines = set.into_iter().fold(String::new(), |lines, key| lines + key + "\n");
    format!("{:x}", Sha256::digest(lines))
}

impl FromStr for Recipient {
    type Err = Error;

    /// White space around the key is nothing: keys read from files end in a line break.
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let short: String = text.chars().take(40).collect();
        let bad =
            |message: &str| Error::Secret { what: format!("recipient {short:?}"), message: message.into() };
        if text.starts_with("ssh-") {
            let parts: Vec<&str> = text.split_whitespace().take(2).collect();
            let text = parts.join(" ");
            let key = text.parse().map_err(|_| bad("this is no ssh-ed25519 or ssh-rsa public key"))?;
            let tag = ssh_tag(&text);
            return Ok(Self { text, key: Key::Ssh(key), tag });
        }
        // `age1KIND1…`: a native X25519 key has no kind, `tag` and `tagpq` (post-quantum) are built in, any other
        // is a plugin's.
        let kind = text.strip_prefix("age1").map(|rest| rest.rsplit_once('1').map(|(kind, _)| kind));
        let key = match kind {
            Some(None) => text.parse().map(Key::X25519),
            Some(Some("tag")) => text.parse().map(Key::Tag),
            Some(Some("tagpq")) => text.parse().map(|key| Key::TagPq(Box::new(key))),
            Some(Some(_)) => {
                plugin::of_recipient(text).map(Key::Plugin).ok_or("this is no whole key of a plugin")
            }
            None => Err("this is no public key that age can seal to"),
        };
        Ok(Self { text: text.to_owned(), key: key.map_err(bad)?, tag: None })
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recipient").field(&self.text).finish()
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Recipient {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_its_key_and_nothing_else() {
        let first: Recipient = example().unwrap();
        let second: Recipient = format!("  {}  somebody@else\n", first.as_str()).parse().unwrap();
        assert_eq!(first, second);
        assert_eq!(first.as_str().split(' ').count(), 2);
        assert_eq!(distinct([&first, &second]).len(), 1);
        assert_eq!(hash_set([&first, &second]), hash_set([&first]));
        assert_ne!(hash_set([&first]), hash_set([]));
    }

    #[test]
    fn refuses_what_can_not_be_sealed_to() {
        for (text, why) in [
            ("ssh-ed25519 PLACEHOLDER", "this is no ssh-ed25519 or ssh-rsa public key"),
            ("ecdsa-sha2-nistp256 AAAA", "this is no public key that age can seal to"),
            ("age1yubikey1qqq", "this is no whole key of a plugin"),
            ("", "this is no public key that age can seal to"),
        ] {
            let error = text.parse::<Recipient>().unwrap_err().to_string();
            assert!(error.ends_with(why), "{error}");
        }
    }
}
