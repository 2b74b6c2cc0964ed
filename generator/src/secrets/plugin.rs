//! age plugins: programs called `age-plugin-NAME` that keep keys where this library has none, on a token for example
//! (C2SP, "age-plugin"). The library starts none of them.

use bech32::{Bech32, Checksum, primitives::decode::CheckedHrpstring};

/// What runs plugins.
pub trait Plugins {
    /// What seals to `recipients`, which are all of the plugin called `name`. The error says why it can't be run.
    fn recipient(&self, name: &str, recipients: &[&str]) -> Result<Box<dyn age::Recipient>, String>;

    /// What opens with `identities`, which are all of the plugin called `name`. The error says why it can't be run.
    fn identity(
        &self,
        name: &str,
        identities: &[&str],
    ) -> Result<Box<dyn age::Identity + Send + Sync>, String>;
}

/// Runs no plugin.
#[derive(Debug, Clone, Copy)]
pub struct NoPlugins;

impl Plugins for NoPlugins {
    fn recipient(&self, name: &str, _recipients: &[&str]) -> Result<Box<dyn age::Recipient>, String> {
        Err(missing(name))
    }

    fn identity(
        &self,
        name: &str,
        _identities: &[&str],
    ) -> Result<Box<dyn age::Identity + Send + Sync>, String> {
        Err(missing(name))
    }
}

/// What the program of the plugin called `name` is called.
#[must_use]
pub fn program(name: &str) -> String {
    format!("age-plugin-{name}")
}

fn missing(name: &str) -> String {
    format!("no plugin is run here, {} neither", program(name))
}

/// The name of the plugin that a recipient is of: `age1NAME1…`.
pub(super) fn of_recipient(text: &str) -> Option<String> {
    named(&prefix(text)?, "age1")
}

/// The name of the plugin that an identity is of: `AGE-PLUGIN-NAME-1…`.
pub(super) fn of_identity(text: &str) -> Option<String> {
    named(prefix(text)?.to_lowercase().strip_suffix('-')?, "age-plugin-")
}

/// What follows `start` in the part for people, when that can be a plugin's name.
fn named(prefix: &str, start: &str) -> Option<String> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    let name = prefix.strip_prefix(start)?;
    (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_owned())
}

/// The part for people of a text in Bech32 whose checksum is right.
fn prefix(text: &str) -> Option<String> {
    Some(CheckedHrpstring::new::<OfAge>(text).ok()?.hrp().to_string())
}

/// Bech32 as age has it: of any length (the age specification, "Bech32").
enum OfAge {}

impl Checksum for OfAge {
    type MidstateRepr = <Bech32 as Checksum>::MidstateRepr;
    const CODE_LENGTH: usize = usize::MAX;
    const CHECKSUM_LENGTH: usize = Bech32::CHECKSUM_LENGTH;
    const GENERATOR_SH: [Self::MidstateRepr; 5] = Bech32::GENERATOR_SH;
    const TARGET_RESIDUE: Self::MidstateRepr = Bech32::TARGET_RESIDUE;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_plugin() {
        // From the documents of age-plugin-yubikey, and `Identity::default_for_plugin` of the crate age.
        let recipient = "age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt";
        assert_eq!(of_recipient(recipient).as_deref(), Some("yubikey"));
        assert_eq!(of_identity("AGE-PLUGIN-FOOBAR-1QVHULF").as_deref(), Some("foobar"));
        for wrong in [&recipient[..recipient.len() - 1], "age1yubikey1qqq", "AGE-PLUGIN-FOOBAR-1QVHULF", ""] {
            assert_eq!(of_recipient(wrong), None, "{wrong}");
        }
        assert_eq!(of_identity(recipient), None);
    }

    #[test]
    fn a_name_is_no_path() {
        let hrp = bech32::Hrp::parse("age1../../bin/sh").unwrap();
        assert_eq!(of_recipient(&bech32::encode_lower::<OfAge>(hrp, b"x").unwrap()), None);
    }
}
