//! Sealing and opening, in memory.

use std::{
    collections::BTreeMap,
    fmt::Display,
    io::{Read, Write},
};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use zeroize::Zeroizing;

use super::{
    access::Access,
    plugin::Plugins,
    recipient::{Recipient, distinct},
};
use crate::{
    error::{Error, Result},
    path::TreePath,
};

/// Seals a value to whom the rule of the secret at `path` names, by `plugins` where a key is one's. Where that fails for a key
/// of a kind that can't be used everywhere, the error has its place in the rules.
pub fn seal_by_rule(
    plugins: &dyn Plugins,
    access: &Access,
    path: &TreePath,
    value: &[u8],
    armor: bool,
) -> Result<Vec<u8>> {
    let recipients = distinct(&access.rule(path)?.recipients);
    let mut of_plugins: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for recipient in &recipients {
        if let Some(name) = recipient.plugin() {
            of_plugins.entry(name).or_default().push(recipient.as_str());
        }
    }
    let mut by_plugins = Vec::new();
    for (name, keys) in of_plugins {
        let plugin = plugins.recipient(name, &keys);
        by_plugins.push(plugin.map_err(|why| access.unsealable(path, Some(name), why))?);
    }
    let native = recipients.iter().filter_map(|recipient| recipient.as_age());
    let keys = native.chain(by_plugins.iter().map(AsRef::as_ref));
    seal_to(keys, value, armor).map_err(|why| access.unsealable(path, None, why))
}

/// Seals `plaintext` to `recipients`, of whom there must be one at least, and none a plugin's; `what` names the secret
/// in errors.
pub fn seal(what: &str, plaintext: &[u8], recipients: &[Recipient], armor: bool) -> Result<Vec<u8>> {
    let failed = |message: String| Error::Secret { what: what.to_owned(), message };
    let mut keys = Vec::new();
    for recipient in distinct(recipients) {
        let of_plugin = || failed(format!("only a plugin can seal to {}", recipient.as_str()));
        keys.push(recipient.as_age().ok_or_else(of_plugin)?);
    }
    seal_to(keys.into_iter(), plaintext, armor).map_err(failed)
}

/// Seals to these keys; the error says why not.
fn seal_to<'a>(
    keys: impl Iterator<Item = &'a dyn age::Recipient>,
    plaintext: &[u8],
    armor: bool,
) -> std::result::Result<Vec<u8>, String> {
    let encryptor = age::Encryptor::with_recipients(keys).map_err(|error| said(&error))?;
    let format = if armor { Format::AsciiArmor } else { Format::Binary };
    let mut ciphertext = Vec::new();
    let write = || {
        let armored = ArmoredWriter::wrap_output(&mut ciphertext, format)?;
        let mut sealed = encryptor.wrap_output(armored)?;
        sealed.write_all(plaintext)?;
        sealed.finish()?.finish()
    };
    write().map_err(|error| said(&error))?;
    Ok(ciphertext)
}

/// Opens a secret with whichever of `identities` it is sealed to; `what` names the secret in errors.
pub fn open(what: &str, ciphertext: &[u8], identities: &[&dyn age::Identity]) -> Result<Zeroizing<Vec<u8>>> {
    try_open(ciphertext, identities)
        .map_err(|error| Error::Secret { what: what.to_owned(), message: said(&error) })
}

/// [`open`], with what age says.
pub(super) fn try_open(
    ciphertext: &[u8],
    identities: &[&dyn age::Identity],
) -> std::result::Result<Zeroizing<Vec<u8>>, age::DecryptError> {
    let decryptor = age::Decryptor::new_buffered(ArmoredReader::new(ciphertext))?;
    let mut opened = decryptor.decrypt(identities.iter().copied())?;
    // Room for all of it from the start: a buffer that grows would leave copies behind.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(ciphertext.len()));
    opened.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}

/// What age says, without the invisible marks that it puts around names for right-to-left languages.
pub(super) fn said(error: &impl Display) -> String {
    error.to_string().replace(['\u{2068}', '\u{2069}'], "")
}

/// Whether a sealed file is text.
#[must_use]
pub fn is_armored(contents: &[u8]) -> bool {
    contents.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----")
}

/// Whether a file starts as age's do, armoured or not.
#[must_use]
pub fn is_sealed(contents: &[u8]) -> bool {
    contents.starts_with(b"age-encryption.org/v1\n") || is_armored(contents)
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn what_is_sealed_is_opened_by_each_recipient_and_by_nobody_else() {
        let keys: Vec<_> = (0..3).map(|_| age::x25519::Identity::generate()).collect();
        let recipients: Vec<Recipient> =
            keys[..2].iter().map(|key| key.to_public().to_string().parse().unwrap()).collect();
        for armor in [false, true] {
            let sealed = seal("x.age", b"secret", &recipients, armor).unwrap();
            assert!(is_sealed(&sealed));
            assert_eq!(sealed.starts_with(b"-----"), armor);
            assert!(!sealed.windows(6).any(|window| window == b"secret"));
            for key in &keys[..2] {
                assert_eq!(*open("x.age", &sealed, &[key]).unwrap(), b"secret");
            }
            let error = open("x.age", &sealed, &[&keys[2]]).unwrap_err().to_string();
            assert!(!error.contains(keys[2].to_string().expose_secret()));
            assert!(error.starts_with("x.age: "), "{error}");
        }
    }

    #[test]
    fn nobody_is_no_recipient() {
        assert!(seal("x.age", b"secret", &[], false).is_err());
    }
}
