//! `secret list` and `secret who`: what the rules say.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixture::Fixture;

const OPERATOR: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4";

fn json(fixture: &Fixture, words: &str) -> Value {
    serde_json::from_str(&fixture.ok(words).stdout).unwrap()
}

/// Runs `secret list` on a rules file that lies in no tree.
fn listed(text: &str, words: &[&str]) -> (i32, String, String) {
    let folder = TempDir::new().unwrap();
    let rules = folder.path().join("secrets.nix");
    fs::write(&rules, text).unwrap();
    fs::write(folder.path().join("a.pub"), format!("{OPERATOR} me@laptop\n")).unwrap();
    let fixture = Fixture::of(folder.path());
    let words = [&["secret", "list", "--rules", rules.to_str().unwrap()], words].concat();
    let outcome = fixture.run_with(&words, folder.path(), "");
    (outcome.code, outcome.stdout, outcome.stderr)
}

#[test]
fn the_rules_are_listed_with_their_recipients_in_order() {
    let text = format!(
        "let users = {{ me = \"{OPERATOR}\"; }}; in {{\n  \"b.age\".publicKeys = [ (builtins.readFile ./a.pub) \"age1x\" users.me ];\n  \"a b.age\" = {{ publicKeys = [ ]; armor = true; }};\n}}\n"
    );
    let (code, stdout, stderr) = listed(&text, &["--json", "--engine", "builtin"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let found: Value = serde_json::from_str(&stdout).unwrap();
    let expected = json!([
        { "file": "a b.age", "recipients": [], "armor": true, "names": [] },
        {
            "file": "b.age",
            "recipients": [format!("{OPERATOR} me@laptop"), "age1x", OPERATOR],
            "armor": false,
            "names": ["me", "age1x", "me"],
        },
    ]);
    assert_eq!(found, expected);
    let (_, table, _) = listed(&text, &[]);
    assert_eq!(
        table,
        "SECRET   READERS        FORM\n\
         a b.age                 text\n\
         b.age    me, age1x, me  binary\n"
    );
}

#[test]
fn rules_that_can_not_be_evaluated_are_an_error_with_its_place() {
    let (code, stdout, stderr) = listed("{ a.publicKeys = [ nobody ]; }", &["--json"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("secrets.nix:1:20: undefined variable 'nobody'"), "{stderr}");
    let beyond = "{\n  a.publicKeys = [ (import <nixpkgs> { }).key ];\n}";
    let (code, _, stderr) = listed(beyond, &["--engine", "builtin"]);
    assert_eq!(code, 1);
    assert!(
        stderr.contains("secrets.nix:2:28: a path of NIX_PATH is more than can be evaluated"),
        "{stderr}"
    );
    let fixture = Fixture::new().with_path(TempDir::new().unwrap().path());
    fixture.refused(&["secret", "list", "--engine", "nix"], 1, "there is no Nix here");
    fixture.refused(&["secret", "list", "--rules", "/nowhere.nix"], 1, "can't read /nowhere.nix");
    let endless = "let f = x: f (x + 1); in { a.publicKeys = f 0; }";
    assert_eq!(listed(endless, &["--engine", "builtin"]).0, 1);
}

#[test]
fn a_recipient_that_is_none_is_named_with_rule_position_and_line() {
    let fixture = Fixture::new().with_operator();
    fixture.replace(
        "secrets.nix",
        "adminKeys = [ users.ncrmro ];",
        "adminKeys = [ users.ncrmro placeholder ];",
    );
    fixture.replace("secrets.nix", "let\n", "let\n  placeholder = \"ssh-ed25519 PLACEHOLDER\";\n");
    let expected = "secrets.nix:2:17: rule \"secrets/stalwart-mail-drago-password.age\" of secrets.nix, \
                    recipient 2: recipient \"ssh-ed25519 PLACEHOLDER\": this is no ssh-ed25519 or ssh-rsa \
                    public key";
    for words in [&["secret", "new", "wifi"][..], &["secret", "who"], &["new-agent", "vesta"]] {
        fixture.refused(words, 1, expected);
    }
    // What the rules say can be seen all the same.
    assert!(fixture.ok("secret list").stdout.contains("ncrmro, ssh-ed25519 PLACEHOLDER "));
}

#[test]
fn who_reads_what_is_told_by_names() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let mail = "secrets/stalwart-mail-vesta-password.age";
    let both = format!("SECRET                                    READERS\n{mail}  ncrmro, agent-vesta\n");
    for machine in ["vesta", "agent-vesta"] {
        assert_eq!(fixture.ok(&format!("secret who {machine}")).stdout, both);
    }
    let key = fixture.read("secrets.nix");
    let key = key.split('"').find(|text| text.starts_with("ssh-") && !text.contains("IEbui")).unwrap();
    let outcome =
        fixture.run_with(&["secret", "who", &format!("{key} root@agent-vesta\n")], fixture.root(), "");
    assert_eq!(outcome.stdout, both);
    assert_eq!(fixture.ok("secret who ncrmro").stdout.lines().count(), 5);
    assert_eq!(fixture.ok("secret who").stdout, fixture.ok("secret who ncrmro").stdout);
    for name in [mail, "stalwart-mail-vesta-password", "stalwart-mail-vesta-password.age"] {
        let table = fixture.ok(&format!("secret who {name}")).stdout;
        assert!(table.starts_with("READER       KEY\nncrmro       SHA256:"), "{table}");
        assert!(table.contains("\nagent-vesta  SHA256:"), "{table}");
    }
    let found = json(&fixture, "secret who vesta --json");
    assert_eq!(found[0]["secret"], mail);
    assert_eq!(found[0]["readers"][1]["name"], "agent-vesta");
    fixture.refused(&["secret", "who", "nobody"], 1, "the names are: ncrmro, agent-vesta");
}

#[test]
fn a_secret_is_read_from_any_folder() {
    let fixture = Fixture::new();
    let below = fixture.root().join("hosts/agent-luce");
    let outcome = fixture.run_with(&["secret", "list"], &below, "");
    assert_eq!(outcome.stdout, fixture.ok("secret list").stdout);
    let root = fixture.root().to_str().unwrap();
    let outcome = fixture.run_with(&["-C", root, "secret", "list"], std::path::Path::new("/"), "");
    assert_eq!(outcome.stdout.lines().count(), 3);
}
