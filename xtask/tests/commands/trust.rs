//! `trust` and `untrust`: a machine's key into the rules, its secrets sealed to it, and back.

use std::fs;

use generator::secrets::host_key::HostKey;
use pretty_assertions::assert_eq;

use crate::{
    fixture::{Fixture, repository},
    rekey::{DRAGO, LUCE, ok_with_key, operator, refused_with_key, value},
};

/// A machine whose public key lies in a file outside the tree's control.
fn machine(fixture: &Fixture) -> HostKey {
    let key = HostKey::generate("agent-drago").unwrap();
    fs::create_dir_all(fixture.root().join(".git/keys")).unwrap();
    fs::write(fixture.root().join(".git/keys/drago.pub"), format!("{} root@x\n", key.public.as_str()))
        .unwrap();
    key
}

const TRUST: &str = "trust drago .git/keys/drago.pub";

#[test]
fn a_trusted_machine_reads_its_own_secrets_and_no_others() {
    let fixture = Fixture::new();
    let key = machine(&fixture);
    let outcome = ok_with_key(&fixture, TRUST);
    assert!(outcome.stderr.contains("the machine of drago is trusted: SHA256:"), "{}", outcome.stderr);
    let rules = fixture.read("secrets.nix");
    assert!(rules.contains(&format!("    agent-drago = \"{}\";\n", key.public.as_str())), "{rules}");
    assert!(rules.contains(&format!("\"{DRAGO}\".publicKeys = adminKeys ++ [ systems.agent-drago ];")));
    let before = value(&Fixture::new(), DRAGO, &operator());
    assert_eq!(value(&fixture, DRAGO, &key.identity().unwrap()), before);
    assert_eq!(value(&fixture, DRAGO, &operator()), before);
    assert_eq!(value(&fixture, LUCE, &key.identity().unwrap()), None);
    assert_eq!(fixture.status(), format!(" M secrets.nix\n M secrets/.recipients\n M {DRAGO}\n"));
    fixture.ok("rekey --check");
    assert!(!fixture.ok("check").stdout.contains("drago is not known"));

    let before = fixture.snapshot();
    let again = fixture.ok(TRUST);
    assert!(again.stderr.starts_with("drago is trusted by this key already: nothing changed (SHA256:"));
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn untrust_is_the_inverse_to_the_byte_of_everything_but_the_sealed() {
    let shapes = [
        ("", ""),
        ("publicKeys = adminKeys;", "publicKeys = (if true then adminKeys else [ ]);"),
        ("publicKeys = adminKeys;", "publicKeys = [\n    users.ncrmro\n    (builtins.head adminKeys)\n  ];"),
    ];
    for (from, to) in shapes {
        let fixture = Fixture::new();
        machine(&fixture);
        if !from.is_empty() {
            fixture.replace("secrets.nix", from, to);
        }
        let rules = fixture.read("secrets.nix");
        ok_with_key(&fixture, TRUST);
        assert!(fixture.read("secrets.nix") != rules);
        let outcome = ok_with_key(&fixture, "untrust drago .git/keys/drago.pub");
        assert!(outcome.stderr.contains(&format!(
            "To rotate, since the old key could read it (`rotate SECRET`):\n  {DRAGO}\n"
        )));
        assert_eq!(fixture.read("secrets.nix"), rules);
        fixture.ok("rekey --check");
        let again = fixture.ok("untrust drago");
        assert_eq!(again.stderr, "no key of drago is trusted: nothing changed\n");
    }
}

#[test]
fn secrets_that_the_host_names_are_its_own_but_not_its_host_key() {
    let fixture = Fixture::new();
    let key = machine(&fixture);
    let secret = "  age.secrets.luce = {\n    file = ../../secrets/stalwart-mail-luce-password.age;\n  };\n";
    fixture.replace(
        "hosts/agent-drago/default.nix",
        "  system.stateVersion",
        &format!("{secret}\n  system.stateVersion"),
    );
    ok_with_key(&fixture, TRUST);
    for path in [DRAGO, LUCE] {
        assert!(value(&fixture, path, &key.identity().unwrap()).is_some(), "{path}");
    }
}

#[test]
fn a_placeholder_is_replaced_wherever_it_stands() {
    let fixture = Fixture::new();
    let key = machine(&fixture);
    fixture.replace(
        "secrets.nix",
        "systems = {\n",
        "systems = {\n    agent-drago = \"ssh-ed25519 PLACEHOLDER see docs\";\n",
    );
    let rule = format!("\"{DRAGO}\".publicKeys = adminKeys");
    fixture.replace("secrets.nix", &rule, &format!("{rule} ++ [ systems.agent-drago ]"));
    let rules = fixture.read("secrets.nix");
    ok_with_key(&fixture, TRUST);
    assert_eq!(
        fixture.read("secrets.nix"),
        rules.replace("ssh-ed25519 PLACEHOLDER see docs", key.public.as_str())
    );
    assert!(value(&fixture, DRAGO, &key.identity().unwrap()).is_some());
}

#[test]
fn another_key_takes_its_place_only_when_told_to() {
    let fixture = Fixture::new();
    let old = machine(&fixture);
    ok_with_key(&fixture, TRUST);
    let new = machine(&fixture);
    let prints = [&old, &new].map(|key| key.public.fingerprint().unwrap());
    refused_with_key(&fixture, TRUST, &format!("trusted   {}\n  given     {}", prints[0], prints[1]));
    refused_with_key(&fixture, "untrust drago .git/keys/drago.pub", "that is trusted is another one");
    let outcome = ok_with_key(&fixture, &format!("{TRUST} --replace"));
    assert!(outcome.stderr.contains(&format!("old key   {}\nnew key   {}", prints[0], prints[1])));
    assert!(outcome.stderr.contains("To rotate, since the old key could read it"), "{}", outcome.stderr);
    assert!(value(&fixture, DRAGO, &new.identity().unwrap()).is_some());
    assert_eq!(value(&fixture, DRAGO, &old.identity().unwrap()), None);
}

#[test]
fn without_a_key_that_opens_its_secrets_the_rules_alone_change_when_told_to() {
    let fixture = Fixture::new();
    let key = machine(&fixture);
    let words: Vec<_> = TRUST.split(' ').collect();
    fixture.refused(&words, 1, &format!("{DRAGO}: no key at hand opens it"));
    fixture.refused(&words, 1, "`--no-rekey`");
    let outcome = fixture.ok(&format!("{TRUST} --no-rekey"));
    let expected = format!("Not sealed anew yet; run `rekey` where a key opens them:\n  {DRAGO}\n");
    assert!(outcome.stderr.ends_with(&expected), "{}", outcome.stderr);
    assert_eq!(fixture.run("rekey --check").code, 1);
    // The same again does what is left.
    ok_with_key(&fixture, TRUST);
    assert!(value(&fixture, DRAGO, &key.identity().unwrap()).is_some());
    fixture.ok("rekey --check");
}

#[test]
fn what_is_no_host_key_of_this_machine_is_refused() {
    let fixture = Fixture::new();
    let machine = machine(&fixture);
    let operator = include_str!("../../../tests/keys/example_operator.pub");
    let private = repository().join("tests/keys/example_operator");
    let x25519 = age::x25519::Identity::generate().to_public().to_string();
    for (key, expected) in [
        (operator, "that key is known already: it is the one of ncrmro"),
        (private.to_str().unwrap(), "has a private key; the public half is meant"),
        (&x25519, "a host key is an SSH key, and this is none"),
        ("ssh-ed25519 AAAA", "this is no ssh-ed25519 or ssh-rsa public key"),
        ("nowhere.pub", "\"nowhere.pub\" is no public key, and no file with one"),
        ("-", "- has 0 keys, and one is meant"),
    ] {
        fixture.refused(&["trust", "drago", key], 1, expected);
    }
    fixture.refused(&["trust", "nobody-here", machine.public.as_str()], 1, "there is no agent nobody-here");
    fixture.ok("new-agent vesta");
    fixture.refused(&["untrust", "vesta"], 1, "vesta was born with its key");
    fixture.refused(&["trust", "vesta", machine.public.as_str()], 1, "vesta has another host key");
}

#[test]
fn a_rule_that_names_every_machine_is_said() {
    let fixture = Fixture::new();
    let key = machine(&fixture);
    let rule = format!("\"{LUCE}\".publicKeys = adminKeys");
    fixture.replace("secrets.nix", &rule, &format!("{rule} ++ builtins.attrValues systems"));
    let outcome = ok_with_key(&fixture, TRUST);
    assert!(
        outcome.stderr.contains(&format!("note: {LUCE}: its rule names agent-drago, which reads it, too"))
    );
    assert!(value(&fixture, LUCE, &key.identity().unwrap()).is_some());
}

#[test]
fn json_and_dry_run_say_what_would_be_done() {
    let fixture = Fixture::new();
    machine(&fixture);
    let before = fixture.snapshot();
    let outcome = ok_with_key(&fixture, &format!("{TRUST} --dry-run --json"));
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((&json["applied"], &json["secrets"]), (&false.into(), &serde_json::json!([DRAGO])));
    assert_eq!(fixture.snapshot(), before);
}
