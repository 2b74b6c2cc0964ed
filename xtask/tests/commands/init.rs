//! `init`: a fresh clone made one's own.

use age::ssh::Identity;
use generator::secrets::{host_key::HostKey, recipient};
use pretty_assertions::assert_eq;

use crate::{
    fixture::{Fixture, repository},
    rekey::{DRAGO, LUCE, ok_with_key, operator, value},
};

const WIFI: &str = "secrets/wifi.age";
const MAIL: &str = "secrets/stalwart-mail-vesta-password.age";
const KEY: &str = "secrets/agent-vesta-host-key.age";

/// A key of one's own beside a tree: public half, private half.
fn own_key(fixture: &Fixture) -> HostKey {
    let key = HostKey::generate("you").unwrap();
    fixture.write(".git/you.pub", &format!("{} you@example\n", key.public.as_str()));
    fixture.write(".git/you", &key.private);
    key
}

#[test]
fn a_fresh_clone_is_its_owners_by_one_command() {
    let fixture = Fixture::whole();
    let key = own_key(&fixture);
    let before = fixture.snapshot();
    let dry = fixture.ok("init --admin-key .git/you.pub --dry-run");
    assert_eq!(fixture.snapshot(), before);
    let (rules, old) = (fixture.read("secrets.nix"), value(&fixture, DRAGO, &operator()));

    // No private key is needed: everything in it gets a new value.
    let outcome = fixture.ok("init --admin-key .git/you.pub");
    assert!(outcome.stderr.contains(&format!("New values:\n  {DRAGO}\n  {LUCE}\n")), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("To rotate"), "{}", outcome.stderr);
    let example = recipient::example().unwrap();
    assert_eq!(fixture.read("secrets.nix"), rules.replace(example.as_str(), key.public.as_str()));
    let logins = fixture.read("modules/users/keys.nix");
    assert!(logins.ends_with(&format!("[\n  \"{} ncrmro\"\n]\n", key.public.as_str())), "{logins}");
    let identity = key.identity().unwrap();
    for path in [DRAGO, LUCE] {
        assert_eq!(value(&fixture, path, &operator()), None, "{path}");
        assert_eq!(value(&fixture, path, &identity).unwrap().len(), 32, "{path}");
    }
    assert_ne!(value(&fixture, DRAGO, &identity), old);
    fixture.ok("rekey --check");
    let found = fixture.ok("check").stdout;
    assert!(!found.contains("example key"), "{found}");
    let said = [outcome.stdout, outcome.stderr, dry.stdout, dry.stderr].concat();
    assert!(!said.contains(&value(&fixture, DRAGO, &identity).unwrap()));

    let before = fixture.snapshot();
    let again = fixture.ok("init --admin-key .git/you.pub");
    assert_eq!(again.stderr, "the example key is not in use here: nothing changed\n");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn machines_get_new_keys_and_what_nobody_here_can_renew_is_listed() {
    let fixture = Fixture::whole();
    let key = own_key(&fixture);
    fixture.ok("new-agent vesta");
    fixture.ok("secret new wifi --reader vesta");
    let wifi = value(&fixture, WIFI, &operator());
    let machine =
        |key: &Identity| Identity::from_buffer(value(&fixture, KEY, key).unwrap().as_bytes(), None).unwrap();
    let old = machine(&operator());
    // wifi keeps its value, and nobody at hand could open it afterwards.
    fixture.refused(&["init", "--admin-key", ".git/you.pub"], 1, "no key at hand could open these secrets");
    let outcome = fixture.ok("init --admin-key .git/you.pub --identity .git/you");
    for expected in [
        format!("To rotate, since everybody could read it (`rotate SECRET`):\n  {WIFI}\n"),
        "machine     give vesta a new disk, and install the new host key there".into(),
        format!("  {KEY}\n"),
    ] {
        assert!(outcome.stderr.contains(&expected), "{}", outcome.stderr);
    }
    let identity = key.identity().unwrap();
    let new = machine(&identity);
    assert_eq!(value(&fixture, WIFI, &identity), wifi);
    for path in [MAIL, WIFI] {
        assert_eq!(value(&fixture, path, &old), None, "{path}");
        assert_eq!(value(&fixture, path, &new), value(&fixture, path, &identity), "{path}");
    }
    fixture.ok("rekey --check");
    let found = fixture.ok("check").stdout;
    assert!(!found.contains("example key") && !found.contains("error"), "{found}");
}

#[test]
fn an_operator_who_is_there_already_stays_alone() {
    let fixture = Fixture::whole();
    own_key(&fixture);
    ok_with_key(&fixture, "operator add you .git/you.pub");
    let json = fixture.ok("init --admin-key .git/you.pub --json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["applied"], &json["renewed"][1]), (&true.into(), &LUCE.into()));
    let rules = fixture.read("secrets.nix");
    assert!(!rules.contains("users.ncrmro") && rules.contains("users.you"), "{rules}");
    fixture.ok("rekey --check");
}

#[test]
fn the_template_has_an_owner_by_the_same_command() {
    let fixture = Fixture::of(&repository().join("templates/default"));
    fixture.write("you.pub", HostKey::generate("you").unwrap().public.as_str());
    fixture.ok("init --admin-key you.pub");
    let found = fixture.ok("check").stdout;
    assert!(!found.contains("example key"), "{found}");
}

#[test]
fn what_is_no_key_of_ones_own_is_refused() {
    let fixture = Fixture::whole();
    own_key(&fixture);
    fixture.refused(&["init"], 2, "--admin-key");
    for (key, expected) in [
        ("tests/keys/example_operator.pub", "that is the example key, which everybody has"),
        (".git/you", ".git/you has a private key"),
        ("nowhere.pub", "is no public key, and no file with one"),
    ] {
        fixture.refused(&["init", "--admin-key", key], 1, expected);
    }
    let written = format!("\"{DRAGO}\".publicKeys = adminKeys");
    let by_hand = format!("\"{DRAGO}\".publicKeys = [ \"{}\" ]", recipient::example().unwrap().as_str());
    fixture.replace("secrets.nix", &written, &by_hand);
    fixture.refused(&["init", "--admin-key", ".git/you.pub"], 1, "would change hands in another way");
}
