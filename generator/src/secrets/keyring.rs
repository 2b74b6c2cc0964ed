//! The private keys at hand, and opening with them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

pub use age::secrecy::SecretString;
use age::ssh::{Identity as SshIdentity, Recipient as SshRecipient};
use zeroize::Zeroizing;

use super::{
    header,
    plugin::{self, NoPlugins, Plugins},
    recipient::Recipient,
    seal,
};
use crate::error::{Error, Result};

/// Where passphrases come from.
pub trait Ask {
    /// The passphrase of the key called `name`; nothing when nobody can be asked, or nobody answers.
    fn passphrase(&mut self, name: &str) -> Option<SecretString>;
}

/// Private keys, each of which is unlocked once at most, and only when a file needs it. Plugins are asked last.
pub struct Keyring {
    keys: Vec<Key>,
    plugins: Box<dyn Plugins + Send + Sync>,
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
    /// A plugin's, which may ask for a touch or a PIN for every file: one at a time.
    Plugin(Mutex<Box<dyn age::Identity + Send + Sync>>),
}

impl Default for Keyring {
    fn default() -> Self {
        Self::with_plugins(Box::new(NoPlugins))
    }
}

impl Keyring {
    /// No key yet; those of plugins will be used by `plugins`.
    #[must_use]
    pub fn with_plugins(plugins: Box<dyn Plugins + Send + Sync>) -> Self {
        Self { keys: Vec::new(), plugins, skipped: Vec::new() }
    }

    /// Adds what a file holds: one SSH private key, or age identities (`AGE-SECRET-KEY-1…`, `AGE-PLUGIN-NAME-1…`), one
    /// a line. `name` is what messages call it.
    pub fn add(&mut self, name: &str, contents: &[u8]) -> Result<()> {
        let unusable = |message: String| Error::Secret { what: name.to_owned(), message };
        let text = std::str::from_utf8(contents).map_err(|_| unusable("this is no private key".into()))?;
        let is_age = |line: &str| line.starts_with("AGE-SECRET-KEY-1") || line.starts_with("AGE-PLUGIN-");
        if text.lines().any(is_age) {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            return self.add_age(name, lines).map_err(unusable);
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

    /// Adds age identities; those of one plugin are one key, so that it is asked once for all of them.
    fn add_age<'a>(
        &mut self,
        name: &str,
        lines: impl Iterator<Item = &'a str>,
    ) -> std::result::Result<(), String> {
        let mut of_plugins: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for line in lines {
            if line.starts_with("AGE-PLUGIN-") {
                let plugin = plugin::of_identity(line).ok_or("this is no whole identity of a plugin")?;
                of_plugins.entry(plugin).or_default().push(line);
                continue;
            }
            let key: age::x25519::Identity = line.parse()?;
            let public = key.to_public().to_string().parse().ok();
            self.keys.push(Key { name: name.to_owned(), public, private: Private::Open(Box::new(key)) });
        }
        for (plugin, identities) in of_plugins {
            let private = Private::Plugin(Mutex::new(self.plugins.identity(&plugin, &identities)?));
            let name = format!("{name} ({})", plugin::program(&plugin));
            self.keys.push(Key { name, public: None, private });
        }
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

    /// Whether one of the keys opens `sealed` to `plaintext`, which was just sealed to `recipients`. A locked key that
    /// is among them is believed, and not asked for; a plugin is asked where no other key is among them, since nothing
    /// else tells whose its key is. What opens to something else is an error.
    pub fn opens(
        &self,
        what: &str,
        sealed: &[u8],
        plaintext: &[u8],
        recipients: &[Recipient],
    ) -> Result<bool> {
        let opened = if self.is_open_among(recipients) {
            self.open_unasked(what, sealed)?
        } else if self.is_among(recipients) {
            return Ok(true);
        } else {
            match self.open_by_plugin(what, sealed) {
                Ok(Some(opened)) => opened,
                Ok(None) => return Ok(false),
                Err(error) => return Err(error),
            }
        };
        if *opened == *plaintext {
            return Ok(true);
        }
        let message = "what was sealed opens to something else: please report this".into();
        Err(Error::Secret { what: what.to_owned(), message })
    }

    /// Opens a sealed file by the plugins at hand; nothing when none has a key for it.
    fn open_by_plugin(&self, what: &str, ciphertext: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let mut failures = Vec::new();
        for key in &self.keys {
            let Private::Plugin(identity) = &key.private else { continue };
            let identity = identity.lock().unwrap_or_else(PoisonError::into_inner);
            match seal::try_open(ciphertext, &[identity.as_ref()]) {
                Ok(plaintext) => return Ok(Some(plaintext)),
                Err(age::DecryptError::NoMatchingKeys) => {}
                Err(failure) => failures.push(format!("{}: {}", key.name, seal::said(&failure))),
            }
        }
        if failures.is_empty() {
            return Ok(None);
        }
        Err(Error::Secret { what: what.to_owned(), message: failures.join("; ") })
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
    /// A locked key is asked for its passphrase when the header has a stanza for it, once for all files. Plugins are
    /// asked last.
    pub fn open(&mut self, what: &str, ciphertext: &[u8], ask: &mut dyn Ask) -> Result<Zeroizing<Vec<u8>>> {
        let stanzas = header::stanzas(what, ciphertext)?;
        let open: Vec<&dyn age::Identity> = self.keys.iter().filter_map(Key::open).collect();
        match seal::try_open(ciphertext, &open) {
            Ok(plaintext) => return Ok(plaintext),
            Err(age::DecryptError::NoMatchingKeys) => {}
            // A key that the file is for, and that doesn't open it: the file itself is damaged.
            Err(failure) => return Err(Error::Secret { what: what.to_owned(), message: damaged(&failure) }),
        }
        let mut refused = None;
        for key in &mut self.keys {
            let concerned =
                key.public.as_ref().is_some_and(|it| stanzas.iter().any(|stanza| stanza.may_be_for(it)));
            if !concerned || !matches!(key.private, Private::Locked(_)) {
                continue;
            }
            if let Err(error) = key.unlock(ask) {
                refused.get_or_insert(error);
            }
            if let Some(identity) = key.open()
                && let Ok(plaintext) = seal::open(what, ciphertext, &[identity])
            {
                return Ok(plaintext);
            }
        }
        match (self.open_by_plugin(what, ciphertext), refused) {
            (Ok(Some(plaintext)), _) => Ok(plaintext),
            (_, Some(refused)) => Err(refused),
            (Ok(None), None) => Err(self.explain(what, &stanzas)),
            (Err(error), None) => Err(error),
        }
    }

    fn explain(&self, what: &str, stanzas: &[header::Stanza]) -> Error {
        let sealed_to: Vec<_> = stanzas.iter().map(ToString::to_string).collect();
        let name = |key: &Key| match key.private {
            Private::Open(_) | Private::Plugin(_) => key.name.clone(),
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
    format!("it is damaged or cut off: {}", seal::said(failure))
}

impl Key {
    fn open(&self) -> Option<&dyn age::Identity> {
        match &self.private {
            Private::Open(identity) => Some(identity.as_ref()),
            Private::Locked(_) | Private::Refused | Private::Plugin(_) => None,
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
mod tests;
