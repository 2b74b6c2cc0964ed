//! The private keys at hand, and opening with them.

pub use age::secrecy::SecretString;
use age::ssh::{Identity as SshIdentity, Recipient as SshRecipient};
use zeroize::Zeroizing;

use super::{header, recipient::Recipient, seal};
use crate::error::{Error, Result};

/// Where passphrases come from.
pub trait Ask {
    /// The passphrase of the key called `name`; nothing when nobody can be asked, or nobody answers.
    fn passphrase(&mut self, name: &str) -> Option<SecretString>;
}

/// Private keys, each of which is unlocked once at most, and only when a file needs it.
#[derive(Default)]
pub struct Keyring {
    keys: Vec<Key>,
    /// The keys that can't be used, and why: said when nothing else opens a file.
    skipped: Vec<String>,
}

struct Key {
    name: String,
    public: Option<Recipient>,
    private: Private,
}

enum Private {
    Open(Box<dyn age::Identity + Send + Sync>),
    Locked(SshIdentity),
    /// It was asked for its passphrase, in vain: it is not asked again.
    Refused,
}

impl Keyring {
    /// Adds what a file holds: one SSH private key, or age identities (`AGE-SECRET-KEY-1…`), one a line. `name`
    /// is what messages call it.
    pub fn add(&mut self, name: &str, contents: &[u8]) -> Result<()> {
        let unusable = |message: String| Error::Secret { what: name.to_owned(), message };
        let text = std::str::from_utf8(contents).map_err(|_| unusable("this is no private key".into()))?;
        if text.lines().any(|line| line.starts_with("AGE-SECRET-KEY-1")) {
            for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let key: age::x25519::Identity =
                    line.trim().parse().map_err(|why: &str| unusable(why.into()))?;
                let public = key.to_public().to_string().parse().ok();
                self.keys.push(Key { name: name.to_owned(), public, private: Private::Open(Box::new(key)) });
            }
            return Ok(());
        }
        if text.lines().any(|line| line.starts_with("AGE-PLUGIN-")) {
            return Err(unusable("this is for an age plugin, which can't be used".into()));
        }
        let identity = SshIdentity::from_buffer(contents, Some(name.to_owned()))
            .map_err(|_| unusable("this is neither an SSH private key nor an age identity".into()))?;
        let public =
            SshRecipient::try_from(identity.clone()).ok().and_then(|key| key.to_string().parse().ok());
        let private = match identity {
            SshIdentity::Unencrypted(_) => Private::Open(Box::new(identity)),
            SshIdentity::Encrypted(_) => Private::Locked(identity),
            SshIdentity::Unsupported(_) => {
                return Err(unusable("age can't use this kind of SSH key".into()));
            }
        };
        self.keys.push(Key { name: name.to_owned(), public, private });
        Ok(())
    }

    /// Adds what a file holds where it can be used. Where it can't, that is said once no other key opens a file.
    pub fn offer(&mut self, name: &str, contents: &[u8]) {
        let count = self.keys.len();
        if let Err(error) = self.add(name, contents) {
            self.keys.truncate(count);
            self.skipped.push(error.to_string());
        }
    }

    /// Remembers a key that can't be used, for [`Keyring::open`] to say why when no other one opens a file.
    pub fn skip(&mut self, name: &str, why: &str) {
        self.skipped.push(format!("{name}: {why}"));
    }

    /// Whether no key is at hand.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What the keys are called, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.name.as_str())
    }

    /// Whether one of the keys, locked ones too, opens what is sealed to `recipients`.
    #[must_use]
    pub fn is_among(&self, recipients: &[Recipient]) -> bool {
        self.keys.iter().any(|key| key.public.as_ref().is_some_and(|public| recipients.contains(public)))
    }

    /// Whether one of the keys that need no passphrase (any more) opens what is sealed to `recipients`.
    #[must_use]
    pub fn is_open_among(&self, recipients: &[Recipient]) -> bool {
        let opens = |key: &Key| key.public.as_ref().is_some_and(|public| recipients.contains(public));
        self.keys.iter().any(|key| key.open().is_some() && opens(key))
    }

    /// Opens a sealed file with the keys that need no passphrase (any more), asking for nothing.
    pub fn open_unasked(&self, what: &str, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let open: Vec<&dyn age::Identity> = self.keys.iter().filter_map(Key::open).collect();
        seal::open(what, ciphertext, &open)
    }

    /// Whether a key that is locked yet may open a sealed file.
    #[must_use]
    pub fn might_ask(&self, what: &str, ciphertext: &[u8]) -> bool {
        let stanzas = header::stanzas(what, ciphertext).unwrap_or_default();
        let concerned = |key: &Key| {
            key.public.as_ref().is_some_and(|it| stanzas.iter().any(|stanza| stanza.may_be_for(it)))
        };
        self.keys.iter().any(|key| matches!(key.private, Private::Locked(_)) && concerned(key))
    }

    /// Opens a sealed file with whichever key it is sealed to; `what` names it in errors.
    ///
    /// A locked key is asked for its passphrase when the header has a stanza for it, once for all files.
    pub fn open(&mut self, what: &str, ciphertext: &[u8], ask: &mut dyn Ask) -> Result<Zeroizing<Vec<u8>>> {
        let stanzas = header::stanzas(what, ciphertext)?;
        let open: Vec<&dyn age::Identity> = self.keys.iter().filter_map(Key::open).collect();
        match seal::try_open(ciphertext, &open) {
            Ok(plaintext) => return Ok(plaintext),
            Err(age::DecryptError::NoMatchingKeys) => {}
            // A key that the file is for, and that doesn't open it: the file itself is damaged.
            Err(failure) => return Err(Error::Secret { what: what.to_owned(), message: damaged(&failure) }),
        }
        for key in &mut self.keys {
            let concerned =
                key.public.as_ref().is_some_and(|it| stanzas.iter().any(|stanza| stanza.may_be_for(it)));
            if !concerned || !matches!(key.private, Private::Locked(_)) {
                continue;
            }
            key.unlock(ask)?;
            if let Some(identity) = key.open()
                && let Ok(plaintext) = seal::open(what, ciphertext, &[identity])
            {
                return Ok(plaintext);
            }
        }
        Err(self.explain(what, &stanzas))
    }

    fn explain(&self, what: &str, stanzas: &[header::Stanza]) -> Error {
        let sealed_to: Vec<_> = stanzas.iter().map(ToString::to_string).collect();
        let name = |key: &Key| match key.private {
            Private::Open(_) => key.name.clone(),
            Private::Locked(_) | Private::Refused => format!("{} (locked)", key.name),
        };
        let at_hand: Vec<_> = self.keys.iter().map(name).collect();
        let at_hand = if at_hand.is_empty() { "none".to_owned() } else { at_hand.join(", ") };
        let skipped = self.skipped.iter().fold(String::new(), |said, why| said + "; not usable: " + why);
        Error::Secret {
            what: what.to_owned(),
            message: format!(
                "no key at hand opens it: it is sealed to {}; at hand: {at_hand}{skipped}",
                sealed_to.join(", ")
            ),
        }
    }
}

fn damaged(failure: &age::DecryptError) -> String {
    format!("it is damaged or cut off: {failure}")
}

impl Key {
    fn open(&self) -> Option<&dyn age::Identity> {
        match &self.private {
            Private::Open(identity) => Some(identity.as_ref()),
            Private::Locked(_) | Private::Refused => None,
        }
    }

    fn unlock(&mut self, ask: &mut dyn Ask) -> Result<()> {
        let Private::Locked(SshIdentity::Encrypted(locked)) = &self.private else { return Ok(()) };
        let refuse = |message: &str| Error::Secret { what: self.name.clone(), message: message.into() };
        let Some(passphrase) = ask.passphrase(&self.name) else {
            let error = refuse("it is locked by a passphrase, and there is no terminal to ask for it");
            self.private = Private::Refused;
            return Err(error);
        };
        let Ok(key) = locked.decrypt(passphrase) else {
            let error = refuse("that is not its passphrase");
            self.private = Private::Refused;
            return Err(error);
        };
        self.private = Private::Open(Box::new(SshIdentity::Unencrypted(key)));
        Ok(())
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;
    use std::sync::LazyLock;

    use crate::secrets::{
        host_key::{HostKey, locked},
        seal::seal,
    };

    /// Nobody is ever asked.
    struct Nobody;

    impl Ask for Nobody {
        fn passphrase(&mut self, name: &str) -> Option<SecretString> {
            panic!("{name} was asked for")
        }
    }

    #[test]
    fn keys_of_both_kinds_open_what_is_sealed_to_them() {
        let (host, native) = (HostKey::generate("x").unwrap(), age::x25519::Identity::generate());
        let native_public: Recipient = native.to_public().to_string().parse().unwrap();
        let mut keyring = Keyring::default();
        keyring.add("id_ed25519", host.private.as_bytes()).unwrap();
        let file = format!("# created: today\n{}\n", native.to_string().expose_secret());
        keyring.add("key.txt", file.as_bytes()).unwrap();
        for recipient in [&host.public, &native_public] {
            let sealed = seal("x.age", b"secret", std::slice::from_ref(recipient), false).unwrap();
            assert_eq!(*keyring.open("x.age", &sealed, &mut Nobody).unwrap(), b"secret");
            assert!(keyring.is_among(std::slice::from_ref(recipient)));
        }
    }

    #[test]
    fn what_no_key_opens_is_said_with_whom_it_is_for() {
        let (mine, other) = (HostKey::generate("x").unwrap(), HostKey::generate("y").unwrap());
        let sealed = seal("x.age", b"secret", &[other.public], false).unwrap();
        let mut keyring = Keyring::default();
        keyring.add("id_ed25519", mine.private.as_bytes()).unwrap();
        let error = keyring.open("x.age", &sealed, &mut Nobody).unwrap_err().to_string();
        assert!(error.starts_with("x.age: no key at hand opens it: it is sealed to ssh-ed25519 "), "{error}");
        assert!(error.ends_with("; at hand: id_ed25519"), "{error}");
    }

    #[test]
    fn a_key_that_can_not_be_used_is_named_when_no_other_one_opens() {
        let (mine, other) = (HostKey::generate("x").unwrap(), HostKey::generate("y").unwrap());
        let mut keyring = Keyring::default();
        keyring.offer("id_rsa", b"a key of tomorrow");
        keyring.skip("id_dsa", "permission denied");
        keyring.offer("id_ed25519", mine.private.as_bytes());
        let sealed = seal("x.age", b"secret", &[mine.public], false).unwrap();
        assert_eq!(*keyring.open("x.age", &sealed, &mut Nobody).unwrap(), b"secret");
        let sealed = seal("x.age", b"secret", &[other.public], false).unwrap();
        let error = keyring.open("x.age", &sealed, &mut Nobody).unwrap_err().to_string();
        let skipped = "; at hand: id_ed25519; not usable: id_rsa: this is neither an SSH private key nor an age \
                       identity; not usable: id_dsa: permission denied";
        assert!(error.ends_with(skipped), "{error}");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let plugin = b"# Recipient: age1yubikey1q\nAGE-PLUGIN-YUBIKEY-1Q";
        for contents in [b"".as_slice(), b"ssh-ed25519 AAAA", b"\xff", b"AGE-SECRET-KEY-1QQ", plugin] {
            let error = Keyring::default().add("key", contents).unwrap_err().to_string();
            assert!(error.starts_with("key: "), "{error}");
        }
    }

    /// Answers with one passphrase, or not at all, and counts how often it is asked.
    struct Person {
        answer: Option<&'static str>,
        asked: usize,
    }

    impl Ask for Person {
        fn passphrase(&mut self, name: &str) -> Option<SecretString> {
            assert_eq!(name, "id_ed25519");
            self.asked += 1;
            self.answer.map(|answer| SecretString::from(answer.to_owned()))
        }
    }

    /// A locked key, made once for all tests: locking one takes a while.
    static LOCKED: LazyLock<(Zeroizing<String>, Recipient)> =
        LazyLock::new(|| locked("correct horse").unwrap());

    /// Tries to open what is sealed to a locked key three times, and says how that went and how often the person was
    /// asked.
    fn open_locked(answer: Option<&'static str>) -> (Vec<std::result::Result<Vec<u8>, String>>, usize) {
        let (mut keyring, mut person) = (Keyring::default(), Person { answer, asked: 0 });
        keyring.add("id_ed25519", LOCKED.0.as_bytes()).unwrap();
        let sealed = seal("x.age", b"secret", std::slice::from_ref(&LOCKED.1), false).unwrap();
        let open = |_| match keyring.open("x.age", &sealed, &mut person) {
            Ok(plaintext) => Ok(plaintext.to_vec()),
            Err(error) => Err(error.to_string()),
        };
        let outcomes = (0..3).map(open).collect();
        (outcomes, person.asked)
    }

    #[test]
    fn a_passphrase_is_asked_for_once() {
        let (outcomes, asked) = open_locked(Some("correct horse"));
        assert_eq!(outcomes, vec![Ok(b"secret".to_vec()); 3]);
        assert_eq!(asked, 1);
    }

    #[test]
    fn a_passphrase_that_is_wrong_or_missing_is_not_asked_for_again() {
        for (answer, why) in [
            (Some("battery staple"), "id_ed25519: that is not its passphrase"),
            (None, "id_ed25519: it is locked by a passphrase, and there is no terminal to ask for it"),
        ] {
            let (outcomes, asked) = open_locked(answer);
            assert_eq!(outcomes[0], Err(why.to_owned()));
            assert!(outcomes.iter().all(std::result::Result::is_err));
            assert_eq!(asked, 1);
        }
    }

    #[test]
    fn a_passphrase_is_not_asked_for_where_another_key_opens_or_the_file_is_for_others() {
        let host = HostKey::generate("x").unwrap();
        let locked = LOCKED.1.clone();
        let mut keyring = Keyring::default();
        keyring.add("id_ed25519", LOCKED.0.as_bytes()).unwrap();
        assert!(keyring.is_among(std::slice::from_ref(&locked)));
        assert!(!keyring.is_open_among(std::slice::from_ref(&locked)), "it is locked");
        let others = seal("x.age", b"secret", &[HostKey::generate("y").unwrap().public], false).unwrap();
        keyring.open("x.age", &others, &mut Nobody).unwrap_err();
        keyring.add("host key", host.private.as_bytes()).unwrap();
        let both = seal("x.age", b"secret", &[locked, host.public], false).unwrap();
        assert_eq!(*keyring.open("x.age", &both, &mut Nobody).unwrap(), b"secret");
    }
}
