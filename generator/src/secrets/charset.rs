//! The letters that random secrets are made of.

use ssh_key::rand_core::{OsRng, RngCore};
use zeroize::Zeroizing;

/// A set of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// `A-Z`, `a-z` and `0-9`: they survive every configuration file and shell.
    Alphanumeric,
    /// Every ASCII character that is printed, apart from the space.
    Ascii,
    /// `0-9` and `a-f`.
    Hex,
    /// `0-9`.
    Digits,
    /// `a-z`.
    Lower,
}

impl Charset {
    /// The letters, each once.
    #[must_use]
    pub fn letters(self) -> Vec<u8> {
        match self {
            Self::Alphanumeric => (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').collect(),
            Self::Ascii => (b'!'..=b'~').collect(),
            Self::Hex => (b'0'..=b'9').chain(b'a'..=b'f').collect(),
            Self::Digits => (b'0'..=b'9').collect(),
            Self::Lower => (b'a'..=b'z').collect(),
        }
    }

    /// `length` letters, each of them as likely as any other.
    #[must_use]
    pub fn random(self, length: usize) -> Zeroizing<String> {
        let letters = self.letters();
        let mask = letters.len().next_power_of_two() - 1;
        let mut text = Zeroizing::new(String::with_capacity(length));
        while text.len() < length {
            let mut byte = [0];
            OsRng.fill_bytes(&mut byte);
            // What is beyond the last letter is drawn again.
            if let Some(letter) = letters.get(usize::from(byte[0]) & mask) {
                text.push(char::from(*letter));
            }
        }
        text
    }

    /// How many bits there are to guess in `length` letters, rounded down.
    #[must_use]
    pub fn bits(self, length: usize) -> u32 {
        // Of so few letters the logarithm in 1/1000 bit is exact enough, and needs no floating point.
        let thousandths: usize = match self {
            Self::Alphanumeric => 5_954,
            Self::Ascii => 6_554,
            Self::Hex => 4_000,
            Self::Digits => 3_321,
            Self::Lower => 4_700,
        };
        u32::try_from(length.saturating_mul(thousandths) / 1_000).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_letter_of_a_set_occurs_and_no_other() {
        for charset in [Charset::Alphanumeric, Charset::Ascii, Charset::Hex, Charset::Digits, Charset::Lower]
        {
            let text = charset.random(4_000);
            assert_eq!(text.len(), 4_000);
            let used: BTreeSet<u8> = text.bytes().collect();
            assert_eq!(used, charset.letters().into_iter().collect(), "{charset:?}");
            let guesses = 2_f64.powi(i32::try_from(charset.bits(100)).unwrap());
            assert!(guesses <= f64::from(u32::try_from(charset.letters().len()).unwrap()).powi(100));
        }
        assert_eq!(*Charset::Hex.random(0), "");
    }
}
