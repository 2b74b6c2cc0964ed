//! What the header of a sealed file tells without a key.
//!
//! An SSH stanza names its recipient by 32 bits of a hash, an X25519 one by nothing at all: a header can say that
//! a key doesn't open the file, and never quite that one does.

use std::{
    fmt,
    io::{BufRead, BufReader},
};

use age::armor::ArmoredReader;

use super::recipient::{Form, Recipient};
use crate::error::{Error, Result};

/// One recipient as the header has it (the age specification, "Recipient stanza").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stanza {
    /// The kind: `ssh-ed25519`, `X25519`, …
    pub kind: String,
    /// What follows the kind on its line.
    pub arguments: Vec<String>,
}

/// The header's version line, and the longest header that is read.
const VERSION: &str = "age-encryption.org/v1";
const LINES: usize = 100_000;

/// The stanzas of a sealed file, noise (`*-grease`) left out; `what` names the file in errors.
pub fn stanzas(what: &str, ciphertext: &[u8]) -> Result<Vec<Stanza>> {
    let broken = |message: &str| Error::Secret { what: what.to_owned(), message: message.to_owned() };
    let mut stanzas = Vec::new();
    let mut lines = BufReader::new(ArmoredReader::new(ciphertext)).lines().take(LINES);
    let mut next = || match lines.next() {
        Some(Ok(line)) => Ok(line),
        _ => Err(broken("the header is cut off or damaged: this is no whole age file")),
    };
    if next()? != VERSION {
        return Err(broken("this is no age file"));
    }
    loop {
        let line = next()?;
        if line.starts_with("---") {
            return Ok(stanzas);
        }
        let Some(stanza) = line.strip_prefix("-> ") else { continue };
        let mut words = stanza.split(' ').map(str::to_owned);
        let kind = words.next().unwrap_or_default();
        if !kind.ends_with("-grease") {
            stanzas.push(Stanza { kind, arguments: words.collect() });
        }
    }
}

impl fmt::Display for Stanza {
    /// The kind, and how an SSH key is named: `ssh-ed25519 AbCdEf`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.arguments.first() {
            Some(tag) if self.kind.starts_with("ssh-") => write!(f, "{} {tag}", self.kind),
            _ => f.write_str(&self.kind),
        }
    }
}

impl Stanza {
    /// Whether the stanza may be for `recipient`: false is certain, true is not.
    #[must_use]
    pub fn may_be_for(&self, recipient: &Recipient) -> bool {
        self.may_have(recipient.form())
    }

    fn may_have(&self, form: Form<'_>) -> bool {
        match form {
            Form::Named(kind, tag) => self.kind == kind && self.arguments.first().is_some_and(|it| it == tag),
            Form::Kind(kind) => self.kind == kind,
            Form::Any => true,
        }
    }
}

/// Whether a header may be the one of a file that is sealed to exactly `recipients`: false is certain.
#[must_use]
pub fn may_be_sealed_to(stanzas: &[Stanza], recipients: &[Recipient]) -> bool {
    let forms: Vec<_> = super::recipient::distinct(recipients).iter().map(|it| it.form()).collect();
    // A plugin makes as many stanzas for its recipients as it likes, and one at least.
    let own = forms.iter().filter(|form| **form != Form::Any).count();
    let count = if own == forms.len() { stanzas.len() == own } else { stanzas.len() > own };
    count
        && forms.iter().all(|form| stanzas.iter().any(|stanza| stanza.may_have(*form)))
        && stanzas.iter().all(|stanza| forms.iter().any(|form| stanza.may_have(*form)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::{host_key::HostKey, seal::seal};

    fn ssh() -> Recipient {
        HostKey::generate("x").unwrap().public
    }

    fn x25519() -> Recipient {
        age::x25519::Identity::generate().to_public().to_string().parse().unwrap()
    }

    #[test]
    fn a_header_tells_who_it_is_not_for() {
        let (a, b, c) = (ssh(), ssh(), x25519());
        for armor in [false, true] {
            let sealed = seal("x.age", b"secret", &[a.clone(), c.clone()], armor).unwrap();
            let stanzas = stanzas("x.age", &sealed).unwrap();
            assert_eq!(stanzas.len(), 2, "grease is left out");
            assert!(may_be_sealed_to(&stanzas, &[a.clone(), c.clone()]));
            assert!(
                may_be_sealed_to(&stanzas, &[c.clone(), a.clone(), a.clone()]),
                "order and repetition are nothing"
            );
            assert!(may_be_sealed_to(&stanzas, &[a.clone(), x25519()]), "an X25519 stanza names nobody");
            assert!(!may_be_sealed_to(&stanzas, &[b.clone(), c.clone()]));
            assert!(!may_be_sealed_to(&stanzas, std::slice::from_ref(&a)));
            assert!(!may_be_sealed_to(&stanzas, &[a.clone(), b.clone(), c.clone()]));
        }
    }

    #[test]
    fn a_plugin_makes_whatever_stanzas_it_likes_and_one_at_least() {
        let (a, c) = (ssh(), x25519());
        let sealed = seal("x.age", b"secret", &[a.clone(), c.clone()], false).unwrap();
        let own = stanzas("x.age", &sealed).unwrap();
        let made = |kind: &str| Stanza { kind: kind.into(), arguments: Vec::new() };
        let plugin: Recipient =
            bech32::encode_lower::<bech32::Bech32>(bech32::Hrp::parse("age1token").unwrap(), b"x")
                .unwrap()
                .parse()
                .unwrap();
        let all = [a, c, plugin];
        assert!(!may_be_sealed_to(&own, &all));
        for more in [&[made("token")][..], &[made("token"), made("X25519")]] {
            let stanzas = [&own, more].concat();
            assert!(may_be_sealed_to(&stanzas, &all));
            assert!(!may_be_sealed_to(&stanzas, &all[..2]));
            assert!(!may_be_sealed_to(&stanzas[1..], &all), "the SSH key's is missing");
        }
    }

    #[test]
    fn what_is_no_whole_age_file_is_said() {
        let sealed = seal("x.age", b"secret", &[ssh()], false).unwrap();
        for broken in [b"".as_slice(), b"secret", &sealed[..30], b"age-encryption.org/v1\n-> X25519 a\n"] {
            assert!(stanzas("x.age", broken).unwrap_err().to_string().starts_with("x.age: "));
        }
    }
}
