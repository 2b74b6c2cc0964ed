//! Both ways with `age` itself: it opens what is sealed here, and what it seals is opened here.
//!
//! Without age these tests say so and pass; where `CI=true` they fail.

use std::{fs, path::Path, process::Command};

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, repository};

const SECRET: &str = "secrets/wifi.age";

/// Runs age, and gives what it prints.
fn age(words: &[&str], folder: &Path) -> Vec<u8> {
    run(Command::new("age").args(words).current_dir(folder))
}

/// Runs a program that must succeed, and gives what it prints.
pub(crate) fn run(program: &mut Command) -> Vec<u8> {
    let output = program.output().unwrap();
    assert!(output.status.success(), "{program:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

pub(crate) fn is_missing() -> bool {
    if Command::new("age").arg("--version").output().is_ok() {
        return false;
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs age: apt-get install age");
    eprintln!("skipped: there is no age (apt-get install age)");
    true
}

#[test]
fn age_opens_what_is_sealed_here() {
    if is_missing() {
        return;
    }
    let operator = repository().join("tests/keys/example_operator");
    for armor in ["false", "true"] {
        let fixture = Fixture::new();
        let rule = format!("  \"{SECRET}\" = {{ publicKeys = adminKeys; armor = {armor}; }};\n}}\n");
        let rules = fixture.read("secrets.nix");
        fixture.write("secrets.nix", &(rules.trim_end().strip_suffix('}').unwrap().to_owned() + &rule));
        let outcome = fixture.run_with(&["secret", "new", "wifi", "--stdin"], fixture.root(), "a\0b\n");
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(age(&["-d", "-i", operator.to_str().unwrap(), SECRET], fixture.root()), b"a\0b\n");
    }
}

#[test]
fn what_age_sealed_is_opened_here() {
    if is_missing() {
        return;
    }
    let fixture = Fixture::new().with_operator();
    fixture.ok("secret new wifi");
    fixture.write("plain", "sealed by age\n");
    let public = fs::read_to_string(repository().join("tests/keys/example_operator.pub")).unwrap();
    for armor in [&[][..], &["--armor"]] {
        let words = [armor, &["-r", public.trim(), "-o", SECRET, "plain"]].concat();
        age(&words, fixture.root());
        assert_eq!(fixture.ok("secret show wifi").stdout, "sealed by age\n");
    }
}

#[test]
fn keys_that_age_made_serve_as_recipient_and_as_identity() {
    if is_missing() || Command::new("age-keygen").arg("--version").output().is_err() {
        return;
    }
    let fixture = Fixture::new();
    let key = fixture.root().join("key.txt");
    let made = Command::new("age-keygen").arg("-o").arg(&key).output().unwrap();
    assert!(made.status.success());
    let text = fs::read_to_string(&key).unwrap();
    let public = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    fixture.replace(
        "secrets.nix",
        "adminKeys = [ users.ncrmro ];",
        &format!("adminKeys = [ \"{public}\" ];"),
    );
    let outcome = fixture.run_with(&["secret", "new", "wifi", "--stdin"], fixture.root(), "value");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let identity = key.to_str().unwrap();
    assert_eq!(age(&["-d", "-i", identity, SECRET], fixture.root()), b"value");
    assert_eq!(fixture.ok(&format!("secret show wifi --identity {identity}")).stdout, "value");
}
