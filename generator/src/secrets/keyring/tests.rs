//! Keys that open, and keys that don't.

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
static LOCKED: LazyLock<(Zeroizing<String>, Recipient)> = LazyLock::new(|| locked("correct horse").unwrap());

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
