//! age plugins: keys that are no files here. `tests/plugins/age-plugin-test` plays them.

use std::{ffi::OsString, fs, path::Path, process::Command};

use bech32::{Bech32, Checksum, Hrp};
use generator::secrets::recipient;
use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::{
    age::{self, is_missing},
    fixture::{Fixture, repository},
    rekey::{DRAGO, LUCE, ok_with_key, operator, operator_file, refused_with_key, value},
};

/// Bech32 without its limit of length.
enum Long {}

impl Checksum for Long {
    type MidstateRepr = u32;
    const CODE_LENGTH: usize = usize::MAX;
    const CHECKSUM_LENGTH: usize = Bech32::CHECKSUM_LENGTH;
    const GENERATOR_SH: [u32; 5] = Bech32::GENERATOR_SH;
    const TARGET_RESIDUE: u32 = Bech32::TARGET_RESIDUE;
}

fn bech32(prefix: &str, data: &[u8]) -> String {
    bech32::encode_lower::<Long>(Hrp::parse(prefix).unwrap(), data).unwrap()
}

/// The public half of the key that the plugin called `plugin` has by this name.
pub(crate) fn public(plugin: &str, name: &str) -> String {
    bech32(&format!("age1{plugin}"), name.as_bytes())
}

/// A file with the other half.
fn identity(fixture: &Fixture, plugin: &str, name: &str) -> String {
    let identity = bech32(&format!("age-plugin-{plugin}-"), name.as_bytes()).to_uppercase();
    let file = format!(".git/{plugin}-{name}.txt");
    fixture.write(&file, &format!("# a key on a token\n{identity}\n"));
    file
}

/// A folder with plugins of these names.
pub(crate) fn plugins(names: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in names {
        fs::copy(
            repository().join("tests/plugins/age-plugin-test"),
            folder.path().join(format!("age-plugin-{name}")),
        )
        .unwrap();
    }
    folder
}

/// The programs of this machine, and those in `folder`.
fn path_with(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap();
    std::env::join_paths(std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path))).unwrap()
}

pub(crate) fn with_plugins(folder: &TempDir) -> Fixture {
    Fixture::new().with_path(Path::new(&path_with(folder.path())))
}

/// Lets one more key read drago's secret, by its rule.
fn share(fixture: &Fixture, key: &str) {
    let rule = format!("\"{DRAGO}\".publicKeys = adminKeys");
    fixture.replace("secrets.nix", &rule, &format!("{rule} ++ [ \"{key}\" ]"));
}

#[test]
fn a_secret_is_sealed_by_a_plugin_and_opened_by_it() {
    let folder = plugins(&["token"]);
    let fixture = with_plugins(&folder);
    let before = value(&fixture, DRAGO, &operator());
    ok_with_key(&fixture, &format!("operator add you {}", public("token", "you")));
    assert_eq!(fixture.ok("rekey --check").stderr, "2 in order\n");
    assert!(ok_with_key(&fixture, "rekey").stderr.starts_with("nothing to do"));
    let token = identity(&fixture, "token", "you");
    let shown = fixture.ok(&format!("secret show {DRAGO} --identity {token}"));
    assert_eq!(Some(&shown.stdout), before.as_ref());
    assert_eq!(shown.stderr, "touch it\n", "what a plugin says is shown");
    // The token alone opens everything, and is enough to remove the other operator.
    fixture.ok(&format!("operator remove ncrmro --identity {token}"));
    assert_eq!(value(&fixture, DRAGO, &operator()), None);
    let sealed = fs::read(fixture.root().join(DRAGO)).unwrap();
    fixture.ok(&format!("rekey --all --identity {token}"));
    assert_ne!(fs::read(fixture.root().join(DRAGO)).unwrap(), sealed);
    assert_eq!(Some(fixture.ok(&format!("secret show {DRAGO} --identity {token}")).stdout), before);
    fixture.ok(&format!("rotate {LUCE}"));
    let edit = ["secret", "edit", LUCE, "--stdin", "--identity", &token];
    assert_eq!(fixture.run_with(&edit, fixture.root(), "another").code, 0);
    assert_eq!(fixture.ok(&format!("secret show {LUCE} --identity {token}")).stdout, "another");
    fixture.ok("new-agent vesta");
    fixture.ok("rekey --check");
}

#[test]
fn age_and_this_tool_seal_and_open_by_the_same_plugin() {
    if is_missing() {
        return;
    }
    let folder = plugins(&["token"]);
    let fixture = with_plugins(&folder);
    ok_with_key(&fixture, &format!("operator add you {}", public("token", "you")));
    let token = identity(&fixture, "token", "you");
    let run = |words: &[&str]| {
        let mut age = Command::new("age");
        age.args(words).current_dir(fixture.root()).env("PATH", path_with(folder.path()));
        String::from_utf8(age::run(&mut age)).unwrap()
    };
    assert_eq!(Some(run(&["-d", "-i", &token, DRAGO])), value(&fixture, DRAGO, &operator()));
    fixture.write("plain", "sealed by age");
    run(&["-r", &public("token", "you"), "-o", DRAGO, "plain"]);
    assert_eq!(fixture.ok(&format!("secret show {DRAGO} --identity {token}")).stdout, "sealed by age");
}

#[test]
fn a_plugin_that_is_not_there_is_named_with_the_rule_and_its_line() {
    let fixture = with_plugins(&plugins(&[]));
    share(&fixture, &public("token", "you"));
    let line = fixture.read("secrets.nix").lines().position(|line| line.contains("age1token1")).unwrap() + 1;
    let expected = format!(
        "rule \"{DRAGO}\" of secrets.nix, recipient 2: age-plugin-token is not on the PATH: install it"
    );
    refused_with_key(&fixture, "rekey", &format!("secrets.nix:{line}:"));
    refused_with_key(&fixture, "rekey", &expected);
    refused_with_key(&fixture, &format!("rotate {DRAGO}"), &expected);
    // The others don't need it, and nor does looking.
    assert!(fixture.ok("secret who").stdout.contains("age1token1"));
    assert!(!fixture.ok("check").stdout.contains("error"));
    let outcome = fixture.run("rekey --check");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, "1 secret stale, 1 in order: run `rekey`\n"));
    ok_with_key(&fixture, "rekey --all stalwart-mail-luce-password");
    let token = identity(&fixture, "token", "you");
    let words = ["secret", "show", DRAGO, "--identity", &token];
    fixture.refused(&words, 1, &format!("--identity names {token}"));
    fixture.refused(&words, 1, "age-plugin-token is not on the PATH");
    let words = ["secret", "show", LUCE, "--identity", &operator_file()];
    assert_eq!(fixture.run_with(&words, fixture.root(), "").code, 0);
}

#[test]
fn a_plugin_that_fails_stops_everything() {
    let folder = plugins(&["refuses", "dies", "asks"]);
    let fixture = with_plugins(&folder);
    for (plugin, expected) in
        [("refuses", "not today"), ("dies", "age-plugin-dies ended before it had answered")]
    {
        let rules = fixture.read("secrets.nix");
        share(&fixture, &public(plugin, "you"));
        refused_with_key(&fixture, "rekey --all", expected);
        refused_with_key(&fixture, "rekey --all", "recipient 2: ");
        fixture.write("secrets.nix", &rules);
    }
    let opens = |plugin, expected| {
        let token = identity(&fixture, plugin, "you");
        fixture.refused(&["rekey", "--all", "--identity", &token], 1, expected);
    };
    opens("refuses", "age-plugin-refuses): (internal) not today");
    opens("dies", "age-plugin-dies ended before it had answered");
    opens("asks", "no key at hand opens it: it is sealed to ssh-ed25519");
    let token = identity(&fixture, "refuses", "you");
    fixture.write(&token, "AGE-PLUGIN-REFUSES-1QQQQ");
    fixture.refused(&["rekey", "--all", "--identity", &token], 1, "this is no whole identity of a plugin");
}

#[test]
fn a_plugin_asks_nobody_without_a_terminal() {
    let folder = plugins(&["asks"]);
    let fixture = with_plugins(&folder);
    ok_with_key(&fixture, &format!("operator add you {}", public("asks", "you")));
    let token = identity(&fixture, "asks", "you");
    let words = ["rekey", "--all", "--identity", &token];
    fixture.refused(&words, 1, "age-plugin-asks): (internal) no PIN");
    // Another key opens the files, and is a reader: the plugin is left alone.
    ok_with_key(&fixture, &format!("rekey --all --identity {token}"));
    // Where only the plugin could tell whether somebody is locked out, it has to.
    refused_with_key(&fixture, &format!("operator remove ncrmro --identity {token}"), "no PIN");
}

#[test]
fn whoever_has_another_key_of_a_plugin_is_locked_out() {
    let folder = plugins(&["token"]);
    let fixture = with_plugins(&folder);
    ok_with_key(&fixture, &format!("operator add you {}", public("token", "you")));
    let other = identity(&fixture, "token", "other");
    let remove = format!("operator remove ncrmro --identity {other}");
    refused_with_key(&fixture, &remove, "no key at hand could open these secrets afterwards");
    fixture.refused(&["rekey", "--all", "--identity", &other], 1, "no key at hand opens it: it is sealed to");
    let fixture = fixture.with_env("AGEDEBUG", "plugin");
    refused_with_key(&fixture, "rekey --all", "AGEDEBUG=plugin would print the keys of files");
}

#[test]
fn tagged_keys_are_sealed_to_and_post_quantum_ones_by_themselves() {
    let fixture = Fixture::new();
    // The generator of P-256, compressed; and the same behind an ML-KEM-768 key that is all zeros.
    let point = [
        0x03, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4, 0x40, 0xF2,
        0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96,
    ];
    share(&fixture, &bech32("age1tag", &point));
    ok_with_key(&fixture, "rekey");
    assert_eq!(fixture.ok("rekey --check").stderr, "2 in order\n");
    assert!(value(&fixture, DRAGO, &operator()).is_some());
    let y = [
        0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B,
        0xCE, 0x33, 0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5,
    ];
    let quantum = bech32("age1tagpq", &[&[0; 1184][..], &[0x04], &point[1..], &y].concat());
    quantum.parse::<recipient::Recipient>().unwrap();
    share(&fixture, &quantum);
    refused_with_key(&fixture, "rekey", "Cannot encrypt to a recipient with labels 'postquantum' alongside");
    refused_with_key(&fixture, "rekey", "secrets.nix:");
}
