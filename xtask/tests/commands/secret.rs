//! `secret new`, `secret show` and `secret remove`, as they are used.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, locked_key, repository};

fn fixture() -> Fixture {
    Fixture::new().with_operator()
}

#[track_caller]
fn shown(fixture: &Fixture, name: &str) -> String {
    let outcome = fixture.run_with(&["secret", "show", name], fixture.root(), "");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stderr, "");
    outcome.stdout
}

#[test]
fn a_new_secret_is_random_has_a_rule_and_a_line_and_git_knows_it() {
    let fixture = fixture();
    let outcome = fixture.ok("secret new wifi");
    assert!(
        outcome
            .stderr
            .ends_with("secrets/wifi.age is random (32 letters, 190 bits), and is sealed to ncrmro\n"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stdout.contains("+  \"secrets/wifi.age\".publicKeys = adminKeys;\n"));
    let value = shown(&fixture, "wifi");
    assert!(value.len() == 32 && value.bytes().all(|letter| letter.is_ascii_alphanumeric()), "{value}");
    assert!(fixture.status().contains(" A secrets/wifi.age"), "{}", fixture.status());
    assert!(fixture.ok("check").stderr.contains("0 errors"));
    fixture.ok("secret new other");
    assert_ne!(shown(&fixture, "other"), value);
}

#[test]
fn a_random_secret_has_the_length_and_the_letters_that_are_asked_for() {
    let fixture = fixture();
    for (charset, length, is_one) in [
        ("hex", 64, (|letter| matches!(letter, b'0'..=b'9' | b'a'..=b'f')) as fn(u8) -> bool),
        ("digits", 6, |letter| letter.is_ascii_digit()),
        ("ascii", 4096, |letter| letter.is_ascii_graphic()),
        ("lower", 1, |letter| letter.is_ascii_lowercase()),
    ] {
        fixture.ok(&format!("secret new {charset} --charset {charset} --length {length}"));
        let value = shown(&fixture, charset);
        assert!(value.len() == length && value.bytes().all(is_one), "{charset}: {value}");
    }
    fixture.refused(&["secret", "new", "x", "--length", "0"], 2, "1 to 4096 letters");
    fixture.refused(&["secret", "new", "x", "--length", "4097"], 2, "1 to 4096 letters");
    fixture.refused(&["secret", "new", "x", "--charset", "runes"], 2, "invalid value");
    fixture.refused(&["secret", "new", "x", "--stdin", "--length", "9"], 2, "cannot be used with");
}

#[test]
fn what_standard_input_has_is_kept_to_the_byte() {
    let fixture = fixture();
    let long = "0123456789".repeat(30_000);
    for (name, value) in [("a", "no line break"), ("b", "two\nlines\r\n\n"), ("c", "\0ü"), ("d", &long)] {
        let outcome = fixture.run_with(&["secret", "new", name, "--stdin"], fixture.root(), value);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(shown(&fixture, name), value);
    }
    fixture.refused(&["secret", "new", "e", "--stdin"], 1, "standard input is empty");
}

#[test]
fn one_name_in_all_its_forms_is_one_secret() {
    let fixture = fixture();
    for (given, path) in [
        ("wifi", "secrets/wifi.age"),
        ("tok.age", "secrets/tok.age"),
        ("secrets/sub dir/wifi 2.age", "secrets/sub dir/wifi 2.age"),
        ("deep/er/x", "secrets/deep/er/x.age"),
    ] {
        let outcome = fixture.run_with(&["secret", "new", given], fixture.root(), "");
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let value = shown(&fixture, path);
        let below = path.strip_prefix("secrets/").unwrap();
        let file = path.rsplit('/').next().unwrap();
        let names = [given, below, below.strip_suffix(".age").unwrap(), file, &format!("./{path}")];
        for name in names {
            assert_eq!(shown(&fixture, name), value, "{name}");
        }
    }
    assert!(fixture.ok("check").stderr.contains("0 errors"));
    // From a folder below the root, too.
    let below = fixture.root().join("hosts/agent-luce");
    for name in ["wifi", "../../secrets/wifi.age", fixture.root().join("secrets/wifi.age").to_str().unwrap()]
    {
        assert_eq!(fixture.run_with(&["secret", "show", name], &below, "").code, 0, "{name}");
    }
    let folder = fixture.root().join("secrets/sub dir");
    assert_eq!(fixture.run_with(&["secret", "new", "./wifi 3.age"], &folder, "").code, 0);
    assert_eq!(shown(&fixture, "secrets/sub dir/wifi 3.age").len(), 32);
}

#[test]
fn a_name_that_leads_elsewhere_or_is_not_clear_is_refused() {
    let fixture = fixture();
    for name in ["", "../x", "/etc/x", "a//b", "secrets/", "a/", "x\ny", ".age"] {
        fixture.refused(&["secret", "new", name], 1, "can't be a secret's name");
    }
    fixture.ok("secret new a/x");
    fixture.ok("secret new b/x");
    fixture.refused(&["secret", "show", "x"], 1, "may be any of secrets/a/x.age, secrets/b/x.age");
    fixture.refused(&["secret", "show", "y"], 1, "there is no rule for a secret \"y\"");
}

#[test]
fn agents_that_are_named_can_read_a_new_secret() {
    let fixture = fixture();
    fixture.ok("new-agent vesta");
    fixture.ok("new-agent luna");
    fixture.ok("secret new forge --reader vesta --reader luna");
    let rules = fixture.read("secrets.nix");
    let rule = "\"secrets/forge.age\".publicKeys = adminKeys ++ [ systems.agent-vesta systems.agent-luna ];";
    let squeezed = rules.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(squeezed.contains(rule), "{rules}");
    let key = fixture.root().join("key");
    fs::write(&key, shown(&fixture, "agent-luna-host-key")).unwrap();
    let value = shown(&fixture, "forge");
    let luna = fixture.with_env("AGENT_TOOL_IDENTITY", &key);
    assert_eq!(shown(&luna, "forge"), value);
    luna.refused(&["secret", "show", "agent-luna-host-key"], 1, "no key at hand opens it");
    luna.refused(&["secret", "new", "x", "--reader", "drago"], 1, "the host key of drago is not known");
    luna.refused(&["secret", "new", "x", "--reader", "ghost"], 1, "the host key of ghost is not known");
}

#[test]
fn a_rule_that_is_there_decides_who_reads_a_new_secret() {
    let fixture = fixture();
    let rule = "  \"secrets/wifi.age\" = { publicKeys = adminKeys; armor = true; };\n}\n";
    let rules = fixture.read("secrets.nix");
    fixture.write("secrets.nix", &(rules.trim_end().strip_suffix('}').unwrap().to_owned() + rule));
    fixture.refused(&["secret", "new", "wifi", "--reader", "vesta"], 1, "has a rule already");
    let before = fixture.read("secrets.nix");
    fixture.ok("secret new wifi");
    assert_eq!(fixture.read("secrets.nix"), before);
    assert!(fixture.read("secrets/wifi.age").starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
    assert_eq!(shown(&fixture, "wifi").len(), 32);
}

#[test]
fn what_is_there_is_never_made_again() {
    let fixture = fixture();
    fixture.ok("secret new wifi");
    fixture.refused(&["secret", "new", "wifi"], 1, "secrets/wifi.age is there already");
    fixture.refused(&["secret", "new", "secrets/wifi.age", "--stdin"], 1, "is there already");
    fs::write(fixture.root().join("secrets/plain.age"), "").unwrap();
    fixture.refused(&["secret", "new", "plain"], 1, "is there already");
}

#[test]
fn a_dry_run_writes_nothing() {
    let fixture = fixture();
    fixture.ok("secret new wifi");
    let before = fixture.snapshot();
    assert!(fixture.ok("secret new tok --dry-run").stdout.contains("secrets/tok.age"));
    assert!(fixture.ok("secret remove wifi --dry-run").stdout.contains("secrets/wifi.age"));
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn a_removed_secret_leaves_the_tree_as_it_was_before_it() {
    let fixture = fixture();
    let before = (fixture.snapshot(), fixture.status());
    for name in ["wifi", "secrets/sub dir/a b.age"] {
        let words = |verb| ["secret", verb, name];
        assert_eq!(fixture.run_with(&words("new"), fixture.root(), "").code, 0);
        let outcome = fixture.run_with(&words("remove"), fixture.root(), "");
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("To rotate: its value"), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("ncrmro could read it"), "{}", outcome.stderr);
    }
    assert_eq!((fixture.snapshot(), fixture.status()), before);
}

#[test]
fn a_secret_that_a_host_needs_or_a_rule_that_is_computed_is_not_removed() {
    let fixture = fixture();
    let secret = "stalwart-mail-luce-password";
    fixture.refused(&["secret", "remove", secret], 1, "is in use: hosts/agent-luce/default.nix:");
    fixture.refused(&["secret", "remove", "nothing"], 1, "there is no rule for a secret");
    fixture.ok("secret new wifi");
    fixture.replace("secrets.nix", "  \"secrets/wifi.age\".publicKeys = adminKeys;\n}", "}\n// builtins.listToAttrs [ { name = \"secrets/wifi.age\"; value.publicKeys = [ \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4\" ]; } ]");
    assert_eq!(shown(&fixture, "wifi").len(), 32);
    fixture.refused(&["secret", "remove", "wifi"], 1, "secrets.nix");
}

#[test]
fn links_are_followed_in_the_tree_and_not_out_of_it() {
    let fixture = fixture();
    fixture.ok("secret new wifi");
    let value = shown(&fixture, "wifi");
    let secret = fixture.root().join("secrets/wifi.age");
    fs::create_dir(fixture.root().join("elsewhere")).unwrap();
    fs::rename(&secret, fixture.root().join("elsewhere/wifi.age")).unwrap();
    symlink("../elsewhere/wifi.age", &secret).unwrap();
    assert_eq!(shown(&fixture, "wifi"), value);

    let outside = tempfile::tempdir().unwrap();
    fs::copy(&secret, outside.path().join("wifi.age")).unwrap();
    fs::remove_file(&secret).unwrap();
    symlink(outside.path().join("wifi.age"), &secret).unwrap();
    for words in [&["secret", "show", "wifi"], &["secret", "edit", "wifi"]] {
        fixture.refused(words, 1, "leads out of the tree");
    }
    fixture.refused(&["secret", "remove", "wifi"], 1, "is a symbolic link");
}

#[test]
fn a_file_that_is_missing_damaged_or_no_secret_is_said() {
    let fixture = fixture();
    fixture.ok("secret new wifi");
    let secret = fixture.root().join("secrets/wifi.age");
    let sealed = fs::read(&secret).unwrap();
    for (contents, expected) in [
        (&b"plain"[..], "secrets/wifi.age: "),
        (b"", "secrets/wifi.age: "),
        (&sealed[..40], "secrets/wifi.age: the header is cut off or damaged"),
        (&sealed[..sealed.len() - 1], "secrets/wifi.age: "),
    ] {
        fs::write(&secret, contents).unwrap();
        fixture.refused(&["secret", "show", "wifi"], 1, expected);
    }
    fs::remove_file(&secret).unwrap();
    fixture.refused(&["secret", "show", "wifi"], 1, "there is a rule for secrets/wifi.age, and no such file");
}

#[test]
fn a_key_that_is_named_must_be_usable_and_those_in_the_home_need_not() {
    let fixture = Fixture::new();
    let secret = "stalwart-mail-luce-password";
    let nothing = "no key at hand opens it: it is sealed to ssh-ed25519";
    fixture.refused(&["secret", "show", secret], 1, nothing);
    fixture.refused(&["secret", "show", secret, "--identity", "/nowhere"], 1, "can't read /nowhere");
    fixture.refused(
        &["secret", "show", secret, "--identity", "flake.nix"],
        1,
        "flake.nix: this is neither an SSH private key nor an age identity",
    );
    let operator = repository().join("tests/keys/example_operator");
    let words = ["secret", "show", secret, "--identity", operator.to_str().unwrap()];
    assert_eq!(fixture.run_with(&words, fixture.root(), "").code, 0);

    fixture.write(".ssh/id_rsa", "a key of tomorrow");
    fixture.refused(&["secret", "show", secret], 1, "not usable: ~/.ssh/id_rsa: this is neither");
    fixture.write(".ssh/id_ed25519", &fs::read_to_string(&operator).unwrap());
    shown(&fixture, secret);

    fixture.write("locked", &locked_key().0);
    let list = format!("{}::{}", fixture.root().join("locked").display(), operator.display());
    let listed = Fixture::new().with_env("AGENT_TOOL_IDENTITY", list);
    shown(&listed, secret);
    let wrong = Fixture::new().with_env("AGENT_TOOL_IDENTITY", "/nowhere");
    wrong.refused(&["secret", "show", secret], 1, "AGENT_TOOL_IDENTITY names /nowhere");
}

#[test]
fn without_a_terminal_nobody_is_asked_for_a_passphrase() {
    let fixture = Fixture::new();
    let (locked, public) = locked_key();
    let ours = "AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4";
    fixture.replace("secrets.nix", ours, public.split(' ').nth(1).unwrap());
    fixture.write(".ssh/id_ed25519", &locked);
    // Sealing needs no private key, and does not ask for one.
    fixture.ok("secret new wifi");
    let expected = "~/.ssh/id_ed25519: it is locked by a passphrase, and there is no terminal to ask for it";
    fixture.refused(&["secret", "show", "wifi"], 1, expected);
}

#[test]
fn the_mode_of_a_private_file_is_no_hindrance() {
    let fixture = fixture();
    fixture.ok("secret new wifi");
    let secret = fixture.root().join("secrets/wifi.age");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(shown(&fixture, "wifi").len(), 32);
}
