//! The kinds of keys that rules name, and that open.

use std::{fs, process::Command};

use generator::secrets::{header, host_key::HostKey};
use pretty_assertions::assert_eq;

use crate::{
    age,
    fixture::Fixture,
    rekey::{DRAGO, ok_with_key, operator, value},
};

/// How many stanzas the secret has.
fn stanzas(fixture: &Fixture, path: &str) -> usize {
    header::stanzas(path, &fs::read(fixture.root().join(path)).unwrap()).unwrap().len()
}

#[test]
fn an_rsa_key_is_a_recipient_and_opens() {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs ssh-keygen (openssh-client)");
        eprintln!("skipped: there is no ssh-keygen (apt-get install openssh-client)");
        return;
    }
    let fixture = Fixture::new();
    fs::create_dir(fixture.root().join(".ssh")).unwrap();
    let words = ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", ".ssh/id_rsa"];
    age::run(Command::new("ssh-keygen").args(words).current_dir(fixture.root()));
    let before = value(&fixture, DRAGO, &operator());
    ok_with_key(&fixture, "operator add you .ssh/id_rsa.pub");
    // ~/.ssh/id_rsa is found by itself.
    assert_eq!(Some(fixture.ok(&format!("secret show {DRAGO}")).stdout), before);
    fixture.ok("rekey --all");
    fixture.ok("operator remove ncrmro");
    assert_eq!(Some(fixture.ok(&format!("secret show {DRAGO}")).stdout), before);
}

#[test]
fn a_key_from_a_file_with_a_line_break_and_a_key_that_is_listed_twice_are_one_reader_each() {
    let fixture = Fixture::new();
    let machine = HostKey::generate("x").unwrap();
    fixture.write("machine.pub", &format!("{} root@machine\n", machine.public.as_str()));
    let rule = format!("\"{DRAGO}\".publicKeys = adminKeys");
    let read = "(builtins.readFile ./machine.pub)";
    fixture.replace("secrets.nix", &rule, &format!("{rule} ++ [ {read} ] ++ adminKeys ++ [ {read} ]"));
    let before = value(&fixture, DRAGO, &operator());
    ok_with_key(&fixture, "rekey");
    assert_eq!(stanzas(&fixture, DRAGO), 2);
    for reader in [operator(), machine.identity().unwrap()] {
        assert_eq!(value(&fixture, DRAGO, &reader), before);
    }
    assert_eq!(fixture.ok("rekey --check").stderr, "2 in order\n");
}

#[test]
fn identities_are_named_as_often_as_needed() {
    let fixture = Fixture::new();
    let (mine, other) = (HostKey::generate("x").unwrap(), HostKey::generate("y").unwrap());
    fixture.write("mine", &mine.private);
    fixture.write("other", &other.private);
    fixture.write("mine.pub", mine.public.as_str());
    ok_with_key(&fixture, "operator add you mine.pub");
    fixture.ok("rekey --all --identity other --identity mine");
}
