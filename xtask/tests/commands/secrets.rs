//! What is sealed, opened again.

use std::fs;

use age::ssh::Identity;
use generator::secrets::seal::open;
use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, repository};

fn operator() -> Identity {
    let key = fs::read(repository().join("tests/keys/example_operator")).unwrap();
    Identity::from_buffer(key.as_slice(), None).unwrap()
}

fn opened(fixture: &Fixture, path: &str, identity: &Identity) -> Result<String, String> {
    let sealed = fs::read(fixture.root().join(path)).unwrap();
    let plaintext = open(path, &sealed, &[identity]).map_err(|error| error.to_string())?;
    Ok(String::from_utf8(plaintext.to_vec()).unwrap())
}

const PASSWORD: &str = "secrets/stalwart-mail-vesta-password.age";
const HOST_KEY: &str = "secrets/agent-vesta-host-key.age";

#[test]
fn the_machine_reads_its_password_and_the_operator_both() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let private = opened(&fixture, HOST_KEY, &operator()).unwrap();
    let machine = Identity::from_buffer(private.as_bytes(), None).unwrap();
    let public =
        ssh_key::PrivateKey::from_openssh(private.as_bytes()).unwrap().public_key().to_openssh().unwrap();
    let key: Vec<&str> = public.split(' ').take(2).collect();
    let rules = fixture.read("secrets.nix");
    assert!(rules.contains(&format!("agent-vesta = \"{}\";", key.join(" "))), "{rules}");
    let password = opened(&fixture, PASSWORD, &operator()).unwrap();
    assert_eq!(password.len(), 32);
    assert!(password.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert_eq!(opened(&fixture, PASSWORD, &machine).as_ref(), Ok(&password));
    assert!(opened(&fixture, HOST_KEY, &machine).is_err(), "its key is sealed to the operators alone");
}

#[test]
fn every_agent_has_a_password_and_a_key_of_its_own() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let first = (opened(&fixture, PASSWORD, &operator()), opened(&fixture, HOST_KEY, &operator()));
    fixture.ok("remove-agent vesta");
    fixture.ok("new-agent vesta");
    let second = (opened(&fixture, PASSWORD, &operator()), opened(&fixture, HOST_KEY, &operator()));
    assert_ne!(first.0, second.0);
    assert_ne!(first.1, second.1);
}

#[test]
fn a_password_from_standard_input_is_sealed_as_it_is() {
    for (stdin, password) in
        [("correct horse\n", "correct horse"), ("pä$$\"w'ord", "pä$$\"w'ord"), ("q w e \r\n", "q w e ")]
    {
        let fixture = Fixture::new();
        let outcome = fixture.run_with(&["new-agent", "vesta", "--password-stdin"], fixture.root(), stdin);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(!outcome.stdout.contains(password) && !outcome.stderr.contains(password));
        assert_eq!(opened(&fixture, PASSWORD, &operator()).as_deref(), Ok(password));
    }
    let long = "a".repeat(1025);
    for (stdin, expected) in [
        ("", "not empty"),
        ("\n", "not empty"),
        ("a\nb\n", "one line"),
        (long.as_str(), "at most 1024 bytes"),
    ] {
        let fixture = Fixture::new();
        let before = fixture.snapshot();
        let outcome = fixture.run_with(&["new-agent", "vesta", "--password-stdin"], fixture.root(), stdin);
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
        assert_eq!(fixture.snapshot(), before);
    }
}

#[test]
fn a_tailnet_key_is_sealed_to_the_machine_and_wired_into_its_host() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    let words = ["new-agent", "vesta", "--tailnet-key-stdin"];
    let outcome = fixture.run_with(&words, fixture.root(), "hskey-auth-abc\n");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let machine = opened(&fixture, HOST_KEY, &operator()).unwrap();
    let machine = Identity::from_buffer(machine.as_bytes(), None).unwrap();
    for identity in [operator(), machine] {
        let key = opened(&fixture, "secrets/headscale-authkey-vesta.age", &identity);
        assert_eq!(key.as_deref(), Ok("hskey-auth-abc"));
    }
    let host = fixture.read("hosts/agent-vesta/default.nix");
    assert!(host.starts_with("{ config, inputs, ... }:\n"), "{host}");
    assert!(host.contains("authKeyFile = config.age.secrets.headscale-authkey-vesta.path;"), "{host}");
    fixture.ok("check");
    assert_eq!(fixture.run_with(&words, fixture.root(), "another\n").code, 1);
    assert_eq!(fixture.run_with(&words, fixture.root(), "hskey-auth-abc\n").code, 1, "no key at hand tells");
    let fixture = fixture.with_operator();
    assert_eq!(fixture.run_with(&words, fixture.root(), "another\n").code, 1);
    let again = fixture.run_with(&words, fixture.root(), "hskey-auth-abc\n");
    assert_eq!(again.stderr, "vesta is already there: nothing changed\n");
    let removed = fixture.ok("remove-agent vesta");
    assert!(removed.stderr.contains("the tailnet key of vesta: expire it"), "{}", removed.stderr);
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn without_a_tailnet_key_nothing_refers_to_one() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    for (path, (_, contents)) in fixture.snapshot() {
        let mentions = |word: &[u8]| contents.windows(word.len()).any(|window| window == word);
        assert!(path.starts_with("docs/") || !mentions(b"authkey"), "{path}");
    }
    let both = ["new-agent", "luna", "--tailnet-key-stdin", "--password-stdin"];
    fixture.refused(&both, 2, "cannot be used with");
}

#[test]
fn a_password_is_compared_with_the_sealed_one_where_a_key_at_hand_opens_it() {
    let fixture = Fixture::new();
    let again = |fixture: &Fixture, password: &str| {
        let before = fixture.snapshot();
        let outcome = fixture.run_with(&["new-agent", "vesta", "--password-stdin"], fixture.root(), password);
        assert_eq!(fixture.snapshot(), before);
        (outcome.code, outcome.stderr)
    };
    fixture.run_with(&["new-agent", "vesta", "--password-stdin"], fixture.root(), "mine\n");
    let refused = "--password-stdin is not the sealed password, or no key at hand tells";
    let (code, said) = again(&fixture, "mine\n");
    assert!(code == 1 && said.contains(refused), "{said}");
    let fixture = fixture.with_operator();
    assert_eq!(again(&fixture, "mine\n"), (0, "vesta is already there: nothing changed\n".to_owned()));
    let (code, said) = again(&fixture, "another\n");
    assert!(code == 1 && said.contains(refused), "{said}");
    // A locked key is not asked for its passphrase, and one that can't be used is none.
    let fixture = fixture.with_env("AGENT_TOOL_IDENTITY", "nowhere");
    assert_eq!(again(&fixture, "mine\n").0, 1);
}

#[test]
fn no_secret_is_printed() {
    let fixture = Fixture::new();
    let outcome = fixture.ok("new-agent vesta");
    let json = fixture.ok("new-agent luna --json");
    for path in
        [PASSWORD, HOST_KEY, "secrets/stalwart-mail-luna-password.age", "secrets/agent-luna-host-key.age"]
    {
        let secret = opened(&fixture, path, &operator()).unwrap();
        let line = secret.lines().find(|line| !line.starts_with("-----")).unwrap().to_owned();
        for said in [&outcome.stdout, &outcome.stderr, &json.stdout, &json.stderr] {
            assert!(!said.contains(&line), "{path}");
        }
        for (file, (_, contents)) in fixture.snapshot() {
            let found = contents.windows(line.len()).any(|window| window == line.as_bytes());
            assert!(!found, "{path} stands in {file}");
        }
    }
}

#[test]
fn the_operators_secrets_in_this_repository_open_with_the_example_key() {
    let fixture = Fixture::new();
    for name in ["drago", "luce"] {
        let password =
            opened(&fixture, &format!("secrets/stalwart-mail-{name}-password.age"), &operator()).unwrap();
        assert!(password.len() >= 24, "{name}");
    }
}
