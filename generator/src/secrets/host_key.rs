//! The SSH host key that an agent is born with.

use ssh_key::{Algorithm, LineEnding, PrivateKey, rand_core::OsRng};
use zeroize::Zeroizing;

use super::recipient::Recipient;
use crate::error::{Error, Result};

/// A new ed25519 host key.
pub struct HostKey {
    /// The private half in OpenSSH's format (`PROTOCOL.key`), as sshd reads it.
    pub private: Zeroizing<String>,
    /// The public half, which secrets of the machine are sealed to.
    pub public: Recipient,
}

impl HostKey {
    /// Makes a key for the machine called `host`.
    pub fn generate(host: &str) -> Result<Self> {
        let failed = |error: ssh_key::Error| Error::Secret {
            what: format!("host key of {host}"),
            message: format!("can't be made: {error}"),
        };
        let mut key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519).map_err(failed)?;
        key.set_comment(format!("root@{host}"));
        let private = key.to_openssh(LineEnding::LF).map_err(failed)?;
        let public = key.public_key().to_openssh().map_err(failed)?.parse()?;
        Ok(Self { private, public })
    }

    /// The identity that opens what is sealed to the machine.
    pub fn identity(&self) -> Result<age::ssh::Identity> {
        age::ssh::Identity::from_buffer(self.private.as_bytes(), None)
            .map_err(|error| Error::Secret { what: "host key".into(), message: error.to_string() })
    }
}

/// A key that is locked by `passphrase`, as `ssh-keygen` writes one, and its public half.
#[cfg(test)]
pub(crate) fn locked(passphrase: &str) -> Result<(Zeroizing<String>, Recipient)> {
    let failed =
        |error: ssh_key::Error| Error::Secret { what: "locked key".into(), message: error.to_string() };
    let key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519).map_err(failed)?;
    let public = key.public_key().to_openssh().map_err(failed)?.parse()?;
    let locked = key.encrypt(&mut OsRng, passphrase).and_then(|key| key.to_openssh(LineEnding::LF));
    Ok((locked.map_err(failed)?, public))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::seal::{open, seal};

    #[test]
    fn its_machine_opens_what_is_sealed_to_it() {
        let key = HostKey::generate("agent-vesta").unwrap();
        assert!(key.private.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
        assert!(key.private.ends_with("-----END OPENSSH PRIVATE KEY-----\n"));
        assert!(key.public.as_str().starts_with("ssh-ed25519 AAAA"));
        let sealed = seal("x.age", b"password", std::slice::from_ref(&key.public), false).unwrap();
        assert_eq!(*open("x.age", &sealed, &[&key.identity().unwrap()]).unwrap(), b"password");
    }
}
