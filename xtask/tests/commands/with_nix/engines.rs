//! Rules that Nix reads where the builtin evaluator does not.

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::{Nix, nix};
use crate::fixture::Fixture;

/// A fixture whose rules for wifi only Nix understands: they come from a file outside the tree.
fn beyond(nix: &Nix) -> (Fixture, TempDir) {
    let outside = TempDir::new().unwrap();
    let key = "\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4\"";
    std::fs::write(outside.path().join("keys.nix"), format!("{{ ncrmro = {key}; }}\n")).unwrap();
    let fixture = Fixture::new().with_operator().with_env("NIX_STATE_DIR", nix.state.path());
    let fixture = fixture.with_env("NIX_CONFIG", "substituters =\nflake-registry =");
    let keys = format!("adminKeys = [ (import {}/keys.nix).ncrmro ];", outside.path().display());
    fixture.replace("secrets.nix", "adminKeys = [ users.ncrmro ];", &keys);
    (fixture, outside)
}

#[test]
fn the_tree_as_it_stands_is_read_by_nix_where_its_rules_need_it() {
    let Some(nix) = nix() else { return };
    let (fixture, _outside) = beyond(&nix);
    let table = fixture.ok("secret list").stdout;
    assert!(table.contains("secrets/stalwart-mail-luce-password.age   ncrmro"), "{table}");
    assert_eq!(fixture.ok("secret list --engine nix").stdout, table);
    fixture.refused(
        &["secret", "list", "--engine", "builtin"],
        1,
        "is more than can be evaluated without Nix",
    );
    assert!(fixture.ok("secret show stalwart-mail-luce-password").stdout.len() >= 24);
    let words = ["secret", "edit", "stalwart-mail-luce-password", "--stdin"];
    assert_eq!(fixture.run_with(&words, fixture.root(), "new").code, 0);
    assert_eq!(fixture.ok("secret show stalwart-mail-luce-password").stdout, "new");
    assert!(fixture.ok("check").stderr.contains("0 errors"));
    // Rules that are in memory only are not Nix's to read.
    for words in [&["secret", "new", "wifi"][..], &["new-agent", "vesta"]] {
        fixture.refused(words, 1, "what the rules would say after this change can't be told");
    }
}

#[test]
fn what_nix_says_of_broken_rules_is_passed_on() {
    let Some(nix) = nix() else { return };
    let (fixture, outside) = beyond(&nix);
    std::fs::write(outside.path().join("keys.nix"), "{ somebody = 1; }").unwrap();
    fixture.refused(&["secret", "list"], 1, "attribute 'ncrmro' missing");
}

#[test]
fn both_engines_list_the_same() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new().with_env("NIX_STATE_DIR", nix.state.path());
    fixture.ok("new-agent vesta");
    let list = |engine: &str| fixture.ok(&format!("secret list --json --engine {engine}")).stdout;
    assert_eq!(list("builtin"), list("nix"));
}
