//! `tests/cases/*`: a tree before, the words of a command, the tree after, as a reviewer reads it.
//!
//! What is random is written by its meaning: a sealed file as what it holds and who opens it, a host key as
//! whose it is, a line of the manifest without its hashes. `UPDATE_EXPECT=1` writes the trees after; read them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use age::ssh::Identity;
use generator::secrets::{manifest, seal::open};
use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, repository, snapshot};

#[test]
fn trees_after_are_as_expected() {
    let mut cases: Vec<_> =
        fs::read_dir(repository().join("tests/cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 4);
    for case in cases {
        check(&case);
    }
}

fn check(case: &Path) {
    let fixture = Fixture::of(&case.join("before"));
    let words = fs::read_to_string(case.join("command")).unwrap();
    let outcome = fixture.run(&words);
    assert_eq!(outcome.code, 0, "{}: {}", case.display(), outcome.stderr);
    let actual = readable(&fixture);
    let after = case.join("after");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let _ = fs::remove_dir_all(&after);
        for (path, text) in &actual {
            fs::create_dir_all(after.join(path).parent().unwrap()).unwrap();
            fs::write(after.join(path), text).unwrap();
        }
    }
    let expected = snapshot(&after).into_iter().filter(|(path, _)| !path.ends_with('/'));
    let expected: BTreeMap<_, _> =
        expected.map(|(path, (_, contents))| (path, String::from_utf8(contents).unwrap())).collect();
    let paths = |tree: &BTreeMap<String, String>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&actual), paths(&expected), "{}", case.display());
    for (path, text) in &expected {
        assert_eq!(&actual[path], text, "{}: {path}", case.display());
    }
    expect_inverse(&fixture, &words, case);
}

/// `remove-agent` gives the bytes of before, unless the case is of lists that had to be broken.
fn expect_inverse(fixture: &Fixture, words: &str, case: &Path) {
    let name = words.split_whitespace().nth(1).unwrap();
    fixture.ok(&format!("remove-agent {name} --force"));
    let before = snapshot(&case.join("before"));
    let after = fixture.snapshot();
    let broken = fs::read_to_string(case.join("broken")).unwrap_or_default();
    let paths: BTreeSet<_> = after.keys().chain(before.keys()).collect();
    let changed = paths.into_iter().filter(|path| after.get(*path) != before.get(*path));
    let changed: Vec<_> = changed.map(String::as_str).collect();
    assert_eq!(changed, broken.lines().collect::<Vec<_>>(), "{}", case.display());
}

/// Every file of a tree as text, with what is random by its meaning.
fn readable(fixture: &Fixture) -> BTreeMap<String, String> {
    let operator = identity(&fs::read(repository().join("tests/keys/example_operator")).unwrap());
    let files: BTreeMap<_, _> =
        fixture.snapshot().into_iter().filter(|(path, _)| !path.ends_with('/')).collect();
    let mut machines = BTreeMap::new();
    for (path, (_, sealed)) in &files {
        let machine = path.strip_prefix("secrets/").and_then(|it| it.strip_suffix("-host-key.age"));
        if let (Some(machine), Ok(private)) = (machine, open(path, sealed, &[&operator])) {
            machines.insert(machine.to_owned(), private);
        }
    }
    let text = |(path, (_, contents)): (&String, &(u32, Vec<u8>))| {
        let text = match Path::new(path).extension().and_then(|it| it.to_str()) {
            Some("age") => meaning(path, contents, &operator, &machines),
            _ if path.ends_with(".recipients") => without_hashes(contents),
            _ => machines.iter().fold(
                String::from_utf8(contents.clone()).unwrap(),
                |text, (machine, private)| {
                    text.replace(
                        &public(private),
                        &format!("ssh-ed25519 <the public half of {machine}'s host key>"),
                    )
                },
            ),
        };
        (path.clone(), text)
    };
    files.iter().map(text).collect()
}

fn identity(private: &[u8]) -> Identity {
    Identity::from_buffer(private, None).unwrap()
}

fn public(private: &[u8]) -> String {
    let key = ssh_key::PrivateKey::from_openssh(private).unwrap().public_key().to_openssh().unwrap();
    key.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn meaning(
    path: &str,
    sealed: &[u8],
    operator: &Identity,
    machines: &BTreeMap<String, zeroize::Zeroizing<Vec<u8>>>,
) -> String {
    let Ok(plaintext) = open(path, sealed, &[operator]) else { return "sealed to nobody known\n".into() };
    let mut readers = vec!["the operator"];
    readers.extend(machines.iter().filter_map(|(machine, private)| {
        open(path, sealed, &[&identity(private)]).is_ok().then_some(machine.as_str())
    }));
    let what = if plaintext.starts_with(b"-----BEGIN OPENSSH PRIVATE KEY-----\n") {
        "an SSH private key".to_owned()
    } else {
        let alphanumeric = plaintext.iter().all(u8::is_ascii_alphanumeric);
        format!("{} {}", plaintext.len(), if alphanumeric { "letters and digits" } else { "bytes" })
    };
    format!("{what}, opened by {}\n", readers.join(" and "))
}

fn without_hashes(contents: &[u8]) -> String {
    let text = std::str::from_utf8(contents).unwrap();
    manifest::lines(text).map(|line| ["<ciphertext> <recipients> ", line.path, "\n"].concat()).collect()
}
