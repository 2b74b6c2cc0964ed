//! What no command can do without, and nothing else: the same files, read and parsed, hashed, or sealed by raw calls.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// What a command is measured against.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Floor {
    /// Reading and parsing the flake, the base image, the rules, and every agent's host.
    Hosts,
    /// Reading and parsing every Nix file.
    Nix,
    /// Reading and parsing the rules, reading and hashing every secret.
    Secrets,
    /// [`Floor::Secrets`], and the raw crypto of one file: opened, sealed, opened again.
    OneSecret,
}

impl Floor {
    const ALL: [(&'static str, Self); 4] =
        [("hosts", Self::Hosts), ("nix", Self::Nix), ("secrets", Self::Secrets), ("one", Self::OneSecret)];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, floor)| *floor as u8 == self as u8).unwrap().0
    }

    pub(crate) fn named(name: &str) -> Self {
        Self::ALL.iter().find(|(other, _)| *other == name).unwrap().1
    }

    /// Does it, in the tree at `root`.
    pub(crate) fn run(self, root: &Path) {
        let shared = ["flake.nix", "secrets.nix", "hosts/agent-base/default.nix"];
        match self {
            Self::Hosts => {
                for path in shared {
                    parse(&root.join(path));
                }
                for entry in fs::read_dir(root.join("hosts")).unwrap() {
                    let host = entry.unwrap().path().join("default.nix");
                    if host.is_file() {
                        parse(&host);
                    }
                }
            }
            Self::Nix => {
                let folders = ["hosts", "home-manager", "modules/users"];
                let files = folders.into_iter().flat_map(|folder| files_below(&root.join(folder)));
                let nix = files.filter(|path| path.extension().is_some_and(|it| it == "nix"));
                for path in nix.chain(["flake.nix", "secrets.nix"].map(|path| root.join(path))) {
                    parse(&path);
                }
            }
            Self::Secrets | Self::OneSecret => {
                parse(&root.join("secrets.nix"));
                let hashes = files_below(&root.join("secrets")).into_iter();
                let hashes = hashes.map(|path| Sha256::digest(fs::read(path).unwrap()));
                assert!(hashes.fold(false, |any, hash| any | hash.iter().any(|byte| *byte != 0)));
                if matches!(self, Self::OneSecret) {
                    crypto(root);
                }
            }
        }
    }
}

fn parse(path: &Path) {
    let parsed = rnix::Root::parse(&fs::read_to_string(path).unwrap());
    assert!(parsed.errors().is_empty(), "{}", path.display());
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}

/// Opens one secret that the operator and one machine read, seals it to as many, and opens it again.
fn crypto(root: &Path) {
    let keys = crate::garden::repository().join("tests/keys");
    let private = fs::read(keys.join("example_operator")).unwrap();
    let identity = age::ssh::Identity::from_buffer(private.as_slice(), None).unwrap();
    let public: age::ssh::Recipient =
        fs::read_to_string(keys.join("example_operator.pub")).unwrap().trim().parse().unwrap();
    let sealed = fs::read(root.join("secrets/stalwart-mail-luce-password.age")).unwrap();
    let plaintext = open(&sealed, &identity);
    let recipients = [&public, &public].map(|key| key as &dyn age::Recipient);
    let mut again = Vec::new();
    let encryptor = age::Encryptor::with_recipients(recipients.into_iter()).unwrap();
    let mut writer = encryptor.wrap_output(&mut again).unwrap();
    writer.write_all(&plaintext).unwrap();
    writer.finish().unwrap();
    assert_eq!(open(&again, &identity), plaintext);
}

fn open(sealed: &[u8], identity: &age::ssh::Identity) -> Vec<u8> {
    let mut plaintext = Vec::new();
    let decryptor = age::Decryptor::new_buffered(sealed).unwrap();
    let mut reader = decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).unwrap();
    reader.read_to_end(&mut plaintext).unwrap();
    plaintext
}
