//! `operator`: people come and go, and every secret with them.

use age::secrecy::ExposeSecret;
use generator::secrets::host_key::HostKey;
use pretty_assertions::assert_eq;

use crate::{
    fixture::Fixture,
    rekey::{DRAGO, LUCE, ok_with_key, operator, refused_with_key, value},
};

/// A tree with a key of somebody new, public and private, beside it.
fn newcomer() -> (Fixture, HostKey) {
    let fixture = Fixture::new();
    let key = HostKey::generate("alice").unwrap();
    fixture.write(".git/alice.pub", key.public.as_str());
    fixture.write(".git/alice", &key.private);
    (fixture, key)
}

#[test]
fn one_more_opens_every_secret_and_logs_in() {
    let (fixture, key) = newcomer();
    let before = value(&fixture, DRAGO, &operator());
    ok_with_key(&fixture, "operator add alice .git/alice.pub");
    let rules = fixture.read("secrets.nix");
    assert!(rules.contains(&format!("    alice = \"{}\";\n", key.public.as_str())), "{rules}");
    assert!(rules.contains("adminKeys = [\n    users.ncrmro\n    users.alice\n  ];"), "{rules}");
    let logins = fixture.read("modules/users/keys.nix");
    assert!(logins.ends_with(&format!("[\n  \"{} alice\"\n]\n", key.public.as_str())), "{logins}");
    assert_eq!(value(&fixture, DRAGO, &key.identity().unwrap()), before);
    assert_eq!(value(&fixture, DRAGO, &operator()), before);
    assert!(value(&fixture, LUCE, &key.identity().unwrap()).is_some());
    fixture.ok("rekey --check");

    let before = fixture.snapshot();
    let again = ok_with_key(&fixture, "operator add alice .git/alice.pub");
    assert_eq!(again.stderr, "alice is an operator already, with these keys: nothing changed\n");
    assert_eq!(fixture.snapshot(), before);
    let list: serde_json::Value = serde_json::from_str(&fixture.ok("operator list --json").stdout).unwrap();
    assert_eq!(
        (&list[1]["name"], &list[1]["logs_in"], &list[1]["secrets"]),
        (&"alice".into(), &true.into(), &2.into())
    );
    assert!(
        fixture
            .ok("operator list")
            .stdout
            .starts_with("OPERATOR  ADMIN  LOGS IN  SECRETS  KEYS\nncrmro    yes    no       2")
    );
}

#[test]
fn one_who_goes_opens_nothing_any_more_and_what_was_read_is_listed() {
    let (fixture, key) = newcomer();
    let logins = fixture.read("modules/users/keys.nix");
    ok_with_key(&fixture, "operator add alice .git/alice.pub");
    let outcome = ok_with_key(&fixture, "operator remove alice");
    assert!(outcome.stderr.contains(&format!("To rotate, since alice could read it (`rotate SECRET`, for a host key `rotate NAME`):\n  {DRAGO}\n  {LUCE}\n")));
    let rules = fixture.read("secrets.nix");
    assert_eq!(
        rules,
        Fixture::new().read("secrets.nix").replace("[ users.ncrmro ]", "[\n    users.ncrmro\n  ]")
    );
    assert_eq!(fixture.read("modules/users/keys.nix"), logins);
    assert_eq!(value(&fixture, DRAGO, &key.identity().unwrap()), None);
    assert!(value(&fixture, DRAGO, &operator()).is_some());
    fixture.ok("rekey --check");
    let again = fixture.ok("operator remove alice");
    assert_eq!(again.stderr, "alice is no operator: nothing changed\n");
}

#[test]
fn an_operator_hands_over_with_a_key_that_stays() {
    let (fixture, key) = newcomer();
    ok_with_key(&fixture, "operator add alice .git/alice.pub");
    // The one who goes would lock himself out; the one who stays may remove him.
    refused_with_key(
        &fixture,
        "operator remove ncrmro",
        "no key at hand could open these secrets afterwards",
    );
    fixture.ok("operator remove ncrmro --identity .git/alice");
    assert_eq!(value(&fixture, DRAGO, &operator()), None);
    assert!(value(&fixture, DRAGO, &key.identity().unwrap()).is_some());
    fixture.refused(&["operator", "remove", "alice", "--force"], 1, "alice is the last operator");
}

#[test]
fn several_keys_are_one_persons_and_only_ssh_keys_log_in() {
    let (fixture, key) = newcomer();
    let native = age::x25519::Identity::generate();
    fixture.write(".git/bob.txt", native.to_string().expose_secret());
    let public = native.to_public().to_string();
    ok_with_key(&fixture, &format!("operator add bob .git/alice.pub {public}"));
    assert!(!fixture.read("modules/users/keys.nix").contains(&public));
    assert!(value(&fixture, DRAGO, &key.identity().unwrap()).is_some());
    fixture.ok("rekey --all --identity .git/bob.txt");
    let detail = fixture.ok("show drago").stdout;
    assert!(detail.contains("(read by ncrmro, bob, bob)"), "{detail}");
    ok_with_key(&fixture, "operator remove bob");
    assert_eq!(value(&fixture, DRAGO, &key.identity().unwrap()), None);
    assert!(!fixture.read("secrets.nix").contains("bob"));
}

#[test]
fn who_can_be_no_operator_is_refused() {
    let (fixture, _) = newcomer();
    fixture.refused(&["operator", "add", "alice"], 2, "required");
    for (name, key, expected) in [
        ("alice", "../../../nowhere", "is no public key, and no file with one"),
        ("a.b", ".git/alice.pub", "\"a.b\" is no name for an operator"),
        ("let", ".git/alice.pub", "\"let\" is no name for an operator"),
        ("ncrmro", ".git/alice.pub", "ncrmro is there already, with other keys"),
        ("alice", include_str!("../../../tests/keys/example_operator.pub"), "it is the one of ncrmro"),
    ] {
        fixture.refused(&["operator", "add", name, key], 1, expected);
    }
    fixture.refused(&["operator", "add", "alice", ".git/alice.pub"], 1, "no key at hand opens it");
    fixture.refused(&["operator", "remove", "ncrmro", "--force"], 1, "ncrmro is the last operator");
}

#[test]
fn the_example_key_is_replaced_by_commands_alone() {
    let (fixture, key) = newcomer();
    ok_with_key(&fixture, "operator add alice .git/alice.pub");
    fixture.ok("operator remove ncrmro --identity .git/alice");
    for name in ["drago", "luce"] {
        fixture.ok(&format!("rotate {name}"));
    }
    let said = fixture.ok("check").stdout;
    assert!(!said.contains("example key"), "{said}");
    assert!(value(&fixture, DRAGO, &key.identity().unwrap()).is_some());
}
