//! `rekey`: the sealed files in line with the rules, and none of them lost.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use age::ssh::Identity;
use generator::secrets::{
    host_key::HostKey,
    recipient::Recipient,
    seal::{is_armored, open, seal},
};
use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::fixture::{Fixture, Outcome, locked_key, repository};

pub(crate) const DRAGO: &str = "secrets/stalwart-mail-drago-password.age";
pub(crate) const LUCE: &str = "secrets/stalwart-mail-luce-password.age";

/// The private half of the key that the fixtures are sealed to.
pub(crate) fn operator_file() -> String {
    repository().join("tests/keys/example_operator").to_str().unwrap().to_owned()
}

/// The key that the fixtures are sealed to.
pub(crate) fn operator() -> Identity {
    Identity::from_buffer(fs::read(operator_file()).unwrap().as_slice(), None).unwrap()
}

pub(crate) fn operator_public() -> Recipient {
    include_str!("../../../tests/keys/example_operator.pub").parse().unwrap()
}

/// Runs a command with the operator's key, and a last argument that may have spaces.
pub(crate) fn with_key(fixture: &Fixture, words: &str) -> Outcome {
    fixture.run(&format!("{words} --identity {}", operator_file()))
}

/// [`with_key`], which must succeed.
#[track_caller]
pub(crate) fn ok_with_key(fixture: &Fixture, words: &str) -> Outcome {
    let outcome = with_key(fixture, words);
    assert_eq!(outcome.code, 0, "{words}: {}", outcome.stderr);
    outcome
}

/// [`with_key`], which must fail, say `expected` and change nothing.
#[track_caller]
pub(crate) fn refused_with_key(fixture: &Fixture, words: &str, expected: &str) {
    let (words, file) = (format!("{words} --identity"), operator_file());
    let words: Vec<_> = words.split_whitespace().chain([file.as_str()]).collect();
    fixture.refused(&words, 1, expected);
}

/// What is in a secret, for whom it is for.
pub(crate) fn value(fixture: &Fixture, path: &str, identity: &Identity) -> Option<String> {
    let sealed = fs::read(fixture.root().join(path)).unwrap();
    open(path, &sealed, &[identity]).ok().map(|value| String::from_utf8(value.to_vec()).unwrap())
}

/// Lets one more key read drago's secret, by its rule.
fn share(fixture: &Fixture, key: &Recipient) {
    let rule = format!("\"{DRAGO}\".publicKeys = adminKeys");
    fixture.replace("secrets.nix", &rule, &format!("{rule} ++ [ \"{}\" ]", key.as_str()));
}

/// Adds a secret with its rule, sealed to the operator as another tool does it.
fn add(fixture: &Fixture, path: &str, rule: &str, armor: bool) {
    let sealed = seal(path, path.as_bytes(), &[operator_public()], armor).unwrap();
    let full = fixture.root().join(path);
    fs::create_dir_all(full.parent().unwrap()).unwrap();
    fs::write(full, sealed).unwrap();
    let last = format!("\"{LUCE}\".publicKeys = adminKeys;\n");
    fixture.replace("secrets.nix", &last, &format!("{last}  \"{path}\" = {rule};\n"));
}

const PLAIN: &str = "{ publicKeys = adminKeys; }";

#[test]
fn nothing_to_do_needs_no_key_and_says_so() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    for words in ["rekey", "rekey --dry-run", "rekey stalwart-mail-drago-password --keep-going"] {
        let outcome = fixture.ok(words);
        assert!(outcome.stderr.starts_with("nothing to do: "), "{}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
    }
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn a_new_reader_reads_what_its_rule_says_and_the_diff_is_no_larger() {
    let fixture = Fixture::new();
    let machine = HostKey::generate("x").unwrap();
    let before = value(&fixture, DRAGO, &operator());
    share(&fixture, &machine.public);
    fixture.commit();
    fixture.refused(&["rekey", "--check"], 1, "1 secret stale, 1 in order: run `rekey`");
    let dry = ok_with_key(&fixture, "rekey --dry-run");
    assert!(dry.stdout.contains(&format!("Binary files a/{DRAGO} and b/{DRAGO} differ (sealed to ncrmro, ")));
    assert_eq!(fixture.status(), "");
    let outcome = ok_with_key(&fixture, "rekey");
    assert!(outcome.stderr.ends_with("\n1 secret sealed anew, 1 in order\n"), "{}", outcome.stderr);
    assert_eq!(fixture.status(), format!(" M secrets/.recipients\n M {DRAGO}\n"));
    for reader in [operator(), machine.identity().unwrap()] {
        assert_eq!(value(&fixture, DRAGO, &reader), before);
    }
    assert_eq!(fixture.ok("rekey --check").stderr, "2 in order\n");
}

#[test]
fn check_names_what_another_tool_has_written() {
    let fixture = Fixture::new();
    let sealed = seal(DRAGO, b"edited by age", &[operator_public()], false).unwrap();
    fs::write(fixture.root().join(DRAGO), sealed).unwrap();
    let outcome = fixture.run("rekey --check");
    assert_eq!(outcome.code, 1);
    let expected = format!("{DRAGO}: was changed, or its rule was, since it was last sealed here\n");
    assert_eq!(outcome.stdout, expected);
    let json: serde_json::Value = serde_json::from_str(&fixture.run("rekey --check --json").stdout).unwrap();
    assert_eq!(json["stale"], serde_json::json!([{ "path": DRAGO, "reason": "unrecorded" }]));
    ok_with_key(&fixture, "rekey");
    assert_eq!(value(&fixture, DRAGO, &operator()).as_deref(), Some("edited by age"));
    fixture.ok("rekey --check");
}

#[test]
fn names_folders_modes_and_text_are_kept() {
    let fixture = Fixture::new();
    let spaced = "secrets/deep/er/a b.age";
    add(&fixture, spaced, PLAIN, true);
    add(&fixture, "secrets/text.age", "{ publicKeys = adminKeys; armor = true; }", false);
    let modes = [(DRAGO, 0o600), (LUCE, 0o644), (spaced, 0o400 | 0o200)];
    for (path, mode) in modes {
        fs::set_permissions(fixture.root().join(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let words = ["rekey", "--all", "--identity", &operator_file()];
    let outcome = fixture.run_with(&words, &fixture.root().join("hosts/agent-base"), "");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    for (path, mode) in modes {
        let metadata = fs::metadata(fixture.root().join(path)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{path}");
    }
    for (path, armor) in [(spaced, true), ("secrets/text.age", true), (DRAGO, false)] {
        assert_eq!(is_armored(&fs::read(fixture.root().join(path)).unwrap()), armor, "{path}");
    }
    assert_eq!(value(&fixture, spaced, &operator()).as_deref(), Some(spaced));
    fixture.ok("rekey --check");
    let one = fixture.run_with(&["rekey", "a b", "--dry-run"], fixture.root(), "");
    assert_eq!(one.stderr, "nothing to do: 1 in order\n");
    fixture.refused(&["rekey", "nobody"], 1, "there is no rule for a secret \"nobody\" in secrets.nix");
}

#[test]
fn a_link_is_followed_inside_the_tree_and_refused_when_it_leads_out() {
    let fixture = Fixture::new();
    let link = fixture.root().join(DRAGO);
    fs::rename(&link, fixture.root().join("secrets/real")).unwrap();
    std::os::unix::fs::symlink("real", &link).unwrap();
    let before = value(&fixture, DRAGO, &operator());
    ok_with_key(&fixture, "rekey --all");
    assert!(link.is_symlink());
    assert_eq!(value(&fixture, "secrets/real", &operator()), before);

    let outside = TempDir::new().unwrap();
    let file = outside.path().join("real");
    fs::rename(fixture.root().join("secrets/real"), &file).unwrap();
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let sealed = fs::read(&file).unwrap();
    refused_with_key(&fixture, "rekey --all", "leads out of the tree");
    assert_eq!(fs::read(&file).unwrap(), sealed);
}

#[test]
fn two_rules_for_one_file_are_refused_with_their_lines() {
    let fixture = Fixture::new();
    let (file, link) = (fixture.root().join(DRAGO), fixture.root().join(LUCE));
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let place = |path| {
        let above = fixture.read("secrets.nix").lines().take_while(|text| !text.contains(path)).count();
        format!("{path} (secrets.nix:{}:3)", above + 1)
    };
    for words in ["rekey --all", "rekey --all stalwart-mail-luce-password", "rotate luce"] {
        let outcome = with_key(&fixture, words);
        assert_eq!(outcome.code, 1, "{words}");
        for path in [DRAGO, LUCE] {
            assert!(outcome.stderr.contains(&place(path)), "{words}: {}", outcome.stderr);
        }
        assert!(
            outcome.stderr.contains(&format!("are for one file, {}", file.display())),
            "{}",
            outcome.stderr
        );
    }
    // By the same path in other words.
    let rules = fixture.read("secrets.nix");
    fixture.replace("secrets.nix", &format!("\"{LUCE}\""), &format!("\"./{DRAGO}\""));
    let said = format!("rule \"{DRAGO}\": {DRAGO} has another rule, too");
    refused_with_key(&fixture, "rekey", &said);
    refused_with_key(&fixture, "secret show stalwart-mail-drago-password", "secrets.nix:");
    fixture.write("secrets.nix", &rules);
    // By a folder, too.
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("secrets", fixture.root().join("way")).unwrap();
    let way = DRAGO.replace("secrets/", "way/");
    fixture.replace("secrets.nix", &format!("\"{LUCE}\""), &format!("\"{way}\""));
    let sealed = fs::read(&file).unwrap();
    let outcome = with_key(&fixture, &format!("rekey {DRAGO} --all"));
    assert!(outcome.code == 1 && outcome.stderr.contains("are for one file"), "{}", outcome.stderr);
    assert_eq!(fs::read(&file).unwrap(), sealed);
}

#[test]
fn one_that_can_not_be_opened_stops_all_and_is_named() {
    let fixture = Fixture::new();
    let stranger = HostKey::generate("x").unwrap();
    let sealed = seal(DRAGO, b"strange", &[stranger.public], false).unwrap();
    fs::write(fixture.root().join(DRAGO), &sealed).unwrap();
    refused_with_key(
        &fixture,
        "rekey --all",
        &format!("{DRAGO}: no key at hand opens it: it is sealed to ssh-ed25519 "),
    );
    refused_with_key(&fixture, "rekey --all", "go on without it by `--keep-going`");
    fixture.refused(&["rekey"], 1, "at hand: none");
    let outcome = with_key(&fixture, "rekey --all --keep-going");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains(&format!("warning: not sealed anew: {DRAGO}: ")), "{}", outcome.stderr);
    assert_eq!(fs::read(fixture.root().join(DRAGO)).unwrap(), sealed);
    assert!(outcome.stderr.contains("1 secret sealed anew"), "{}", outcome.stderr);
}

#[test]
fn a_recipient_that_is_none_stops_all_and_is_named_by_its_line() {
    let fixture = Fixture::new();
    let rule = format!("\"{DRAGO}\".publicKeys = adminKeys");
    fixture.replace("secrets.nix", &rule, &format!("{rule} ++ [ \"ssh-ed25519 OOPS\" ]"));
    for words in ["rekey", "rekey --all"] {
        refused_with_key(&fixture, words, "secrets.nix:13:74: rule ");
    }
    fixture.refused(&["rekey", "--check"], 1, "1 secret stale, 1 in order");
    let outcome = with_key(&fixture, "rekey --all --keep-going");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("1 secret sealed anew"), "{}", outcome.stderr);
}

#[test]
fn the_operator_is_not_locked_out_unless_forced() {
    let fixture = Fixture::new();
    let other = HostKey::generate("x").unwrap();
    let rules = fixture.read("secrets.nix");
    fixture.write(
        "secrets.nix",
        &rules.replace("[ users.ncrmro ]", &format!("[ \"{}\" ]", other.public.as_str())),
    );
    refused_with_key(&fixture, "rekey", "no key at hand could open these secrets afterwards");
    refused_with_key(&fixture, "rekey", "or add `--force`");
    let before = value(&fixture, DRAGO, &operator());
    ok_with_key(&fixture, "rekey --force");
    assert_eq!(value(&fixture, DRAGO, &operator()), None);
    assert_eq!(value(&fixture, DRAGO, &other.identity().unwrap()), before);
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let fixture = Fixture::new();
    let (private, public) = locked_key();
    share(&fixture, &public.parse().unwrap());
    ok_with_key(&fixture, "rekey");
    fixture.write("locked", &private);
    let words = ["rekey", "--all", DRAGO, "--identity", "locked"];
    fixture.refused(&words, 1, "it is locked by a passphrase, and there is no terminal to ask for it");
    assert!(value(&fixture, DRAGO, &operator()).is_some());
}

#[test]
fn what_may_not_be_written_is_refused_also_as_root() {
    let fixture = Fixture::new();
    let full = fixture.root().join(LUCE);
    fs::set_permissions(&full, fs::Permissions::from_mode(0o444)).unwrap();
    refused_with_key(&fixture, "rekey --all", "is read-only: its owner may not write it");
}

#[test]
fn a_folder_that_may_not_be_read_or_written_is_said_and_nothing_is_lost() {
    let fixture = Fixture::new();
    let (before, folder) = (fixture.snapshot(), fixture.root().join("secrets"));
    for mode in [0o000, 0o500] {
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        // Root may do everything: it gives that up here.
        let output = Command::new("setpriv")
            .args(["--bounding-set=-dac_override,-dac_read_search", env!("CARGO_BIN_EXE_agent-tool")])
            .args(["rekey", "--all", "--identity", &operator_file()])
            .current_dir(fixture.root())
            .env("HOME", fixture.root())
            .output();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let Ok(output) = output else {
            eprintln!("skipped: there is no setpriv (util-linux)");
            return;
        };
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{mode:o}: {stderr}");
        assert!(stderr.contains("Permission denied") && stderr.contains("/secrets"), "{mode:o}: {stderr}");
        fixture.ok("check");
        assert_eq!(fixture.snapshot(), before, "{mode:o}");
    }
}

#[test]
fn a_disk_that_lets_files_be_made_and_not_filled_loses_nothing() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    // A signal that is ignored stays so in the program that replaces the shell: the write fails instead.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" rekey --all --json --identity \"$1\"";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_agent-tool"), &operator_file()])
        .current_dir(fixture.root())
        .env("HOME", fixture.root())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("File too large"), "{stderr}");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn a_full_disk_loses_nothing() {
    let fixture = Fixture::without_git();
    let (disk, result) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // A file system of our own, in a namespace of our own, with room for less than the transaction.
    let script = r#"mount -t tmpfs -o size=512k none "$1" && cp -r "$2/." "$1" && cd "$1" || exit 77
        head -c 400k /dev/zero >fill 2>/dev/null; while echo x >>fill; do :; done 2>/dev/null
        "$0" rekey --all --identity "$3"; code=$?; rm fill; cp -r . "$4"; exit $code"#;
    let folder = |path: &Path| path.to_str().unwrap().to_owned();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_agent-tool")])
        .args([folder(disk.path()), folder(fixture.root()), operator_file(), folder(result.path())])
        .env("HOME", fixture.root())
        .output();
    let Some(output) = output.ok().filter(|output| output.status.code() != Some(77)) else {
        eprintln!("skipped: no file system can be mounted here (unshare, of util-linux)");
        return;
    };
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("No space left on device"), "{stderr}");
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(crate::fixture::snapshot(result.path()), fixture.snapshot());
}

#[test]
fn no_value_is_in_what_is_said_or_left_behind() {
    let fixture = Fixture::new();
    let secret = value(&fixture, DRAGO, &operator()).unwrap();
    let outcome = ok_with_key(&fixture, "rekey --all --json");
    assert!(!outcome.stdout.contains(&secret) && !outcome.stderr.contains(&secret));
    for (path, (_, contents)) in fixture.snapshot() {
        assert!(!contents.windows(secret.len()).any(|it| it == secret.as_bytes()), "{path}");
    }
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["applied"], true);
    assert_eq!(json["sealed"][0], serde_json::json!({ "path": DRAGO, "reason": "asked" }));
}
