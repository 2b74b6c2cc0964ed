//! Sealing and opening, in memory.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use zeroize::Zeroizing;

use super::recipient::{Recipient, distinct};
use crate::error::{Error, Result};

/// Seals `plaintext` to `recipients`, of whom there must be one at least; `what` names the secret in errors.
pub fn seal(what: &str, plaintext: &[u8], recipients: &[Recipient], armor: bool) -> Result<Vec<u8>> {
    let failed = |message: String| Error::Secret { what: what.to_owned(), message };
    let recipients = distinct(recipients);
    let keys = recipients.iter().map(|recipient| recipient.as_age());
    let encryptor = age::Encryptor::with_recipients(keys).map_err(|error| failed(error.to_string()))?;
    let format = if armor { Format::AsciiArmor } else { Format::Binary };
    let mut ciphertext = Vec::new();
    let write = || {
        let armored = ArmoredWriter::wrap_output(&mut ciphertext, format)?;
        let mut sealed = encryptor.wrap_output(armored)?;
        sealed.write_all(plaintext)?;
        sealed.finish()?.finish()
    };
    write().map_err(|error| failed(error.to_string()))?;
    Ok(ciphertext)
}

/// Opens a secret with whichever of `identities` it is sealed to; `what` names the secret in errors.
pub fn open(what: &str, ciphertext: &[u8], identities: &[&dyn age::Identity]) -> Result<Zeroizing<Vec<u8>>> {
    try_open(ciphertext, identities)
        .map_err(|error| Error::Secret { what: what.to_owned(), message: error.to_string() })
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
