//! Random passwords.

use ssh_key::rand_core::{OsRng, RngCore};
use zeroize::Zeroizing;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// How many letters a password has: 190 bits.
const LENGTH: usize = 32;

/// A password of letters and digits, so that it survives every configuration file and shell.
#[must_use]
pub fn random() -> Zeroizing<String> {
    let mut password = Zeroizing::new(String::with_capacity(LENGTH));
    while password.len() < LENGTH {
        let mut byte = [0];
        OsRng.fill_bytes(&mut byte);
        // Of 64 values the last two are drawn again, so that every letter is as likely as any other.
        if let Some(letter) = LETTERS.get(usize::from(byte[0] & 63)) {
            password.push(char::from(*letter));
        }
    }
    password
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn is_long_and_another_one_every_time() {
        let passwords: BTreeSet<String> = (0..100).map(|_| random().to_string()).collect();
        assert_eq!(passwords.len(), 100);
        assert!(
            passwords.iter().all(|it| it.len() == LENGTH && it.bytes().all(|b| b.is_ascii_alphanumeric()))
        );
        let used: BTreeSet<u8> = passwords.iter().flat_map(|it| it.bytes()).collect();
        assert_eq!(used.len(), LETTERS.len(), "every letter occurs in 3,200");
    }
}
