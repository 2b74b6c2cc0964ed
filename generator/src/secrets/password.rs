//! Random passwords.

use zeroize::Zeroizing;

use super::charset::Charset;

/// How many letters a password has: 190 bits.
pub const LENGTH: usize = 32;

/// A password of letters and digits, so that it survives every configuration file and shell.
#[must_use]
pub fn random() -> Zeroizing<String> {
    Charset::Alphanumeric.random(LENGTH)
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
        assert_eq!(used.len(), Charset::Alphanumeric.letters().len(), "every letter occurs in 3,200");
    }
}
