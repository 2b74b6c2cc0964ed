//! `rotate`: new keys and new values.

use age::ssh::Identity;
use pretty_assertions::assert_eq;

use crate::{
    fixture::Fixture,
    rekey::{DRAGO, LUCE, ok_with_key, operator, value},
};

const MAIL: &str = "secrets/stalwart-mail-vesta-password.age";
const KEY: &str = "secrets/agent-vesta-host-key.age";

fn machine(fixture: &Fixture) -> Identity {
    let private = value(fixture, KEY, &operator()).unwrap();
    Identity::from_buffer(private.as_bytes(), None).unwrap()
}

#[test]
fn an_agent_born_with_its_key_has_a_new_one_and_its_secrets_follow() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    // A secret that it shares.
    let rule = format!("\"{LUCE}\".publicKeys = adminKeys");
    fixture.replace("secrets.nix", &rule, &format!("{rule} ++ [ systems.agent-vesta ]"));
    ok_with_key(&fixture, "rekey");
    let (old, password, shared) =
        (machine(&fixture), value(&fixture, MAIL, &operator()), value(&fixture, LUCE, &operator()));
    let rules = fixture.read("secrets.nix");
    let outcome = ok_with_key(&fixture, "rotate vesta");
    for expected in [
        "old host key   SHA256:",
        "change the password of vesta on mail.ncrmro.com to the new one",
        "give vesta a new disk, and install the new host key there",
        &format!("To rotate, too, since the old host key could read it (`rotate SECRET`):\n  {LUCE}\n"),
    ] {
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    }
    let new = machine(&fixture);
    for path in [MAIL, LUCE] {
        assert_eq!(value(&fixture, path, &old), None, "{path}");
        assert_eq!(value(&fixture, path, &new), value(&fixture, path, &operator()), "{path}");
    }
    assert_ne!(value(&fixture, MAIL, &operator()), password);
    assert_eq!(value(&fixture, LUCE, &operator()), shared);
    assert_eq!(fixture.read("secrets.nix").lines().count(), rules.lines().count());
    assert!(value(&fixture, KEY, &new).is_none());
    fixture.ok("rekey --check");
    let said = [outcome.stdout, outcome.stderr].concat();
    assert!(!said.contains(&value(&fixture, MAIL, &operator()).unwrap()));
}

#[test]
fn an_agent_whose_machine_made_its_key_has_a_new_password_alone() {
    let fixture = Fixture::new();
    let before = value(&fixture, DRAGO, &operator());
    let outcome = fixture.ok("rotate drago");
    assert!(outcome.stderr.contains("then `trust drago KEY --replace`"), "{}", outcome.stderr);
    let after = value(&fixture, DRAGO, &operator());
    assert!(after.is_some() && after != before);
    fixture.ok("rekey --check");
}

#[test]
fn a_secret_has_a_new_value_without_a_key_at_hand() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    fixture.ok("rotate stalwart-mail-drago-password --dry-run");
    assert_eq!(fixture.snapshot(), before);
    fixture.ok("rotate stalwart-mail-drago-password");
    assert_eq!(value(&fixture, DRAGO, &operator()).unwrap().len(), 32);
    for (stdin, expected) in
        [("a new one\n", "a new one"), ("two\nlines\n", "two\nlines\n"), ("none", "none")]
    {
        let outcome = fixture.run_with(&["rotate", DRAGO, "--stdin", "--json"], fixture.root(), stdin);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(!outcome.stdout.contains(expected) || expected == "none");
        assert_eq!(value(&fixture, DRAGO, &operator()).as_deref(), Some(expected));
    }
    let outcome = fixture.run_with(&["rotate", DRAGO, "--stdin"], fixture.root(), "");
    assert!(outcome.stderr.contains("the new value is empty"), "{}", outcome.stderr);
    fixture.ok("rekey --check");
}

#[test]
fn what_can_not_be_rotated_is_refused() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    fixture.refused(&["rotate", "nobody"], 1, "\"nobody\" is no agent, and there is no rule for a secret");
    fixture.refused(&["rotate", KEY], 1, "hint: `rotate vesta` makes a new pair");
    // Without a key the shared secret can't follow.
    let rule = format!("\"{LUCE}\".publicKeys = adminKeys");
    fixture.replace("secrets.nix", &rule, &format!("{rule} ++ [ systems.agent-vesta ]"));
    fixture.refused(&["rotate", "vesta"], 1, &format!("{LUCE}: no key at hand opens it"));
    fixture.refused(&["rotate", "vesta", "--identity", "nowhere"], 1, "--identity names nowhere");
}
