//! `init` in a flake that has rules of agenix, or what is called like them: where it says yes, agents are born.

use pretty_assertions::assert_eq;

use crate::{
    adopt::flake,
    check::findings,
    fixture::{Fixture, adoption},
};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4";

/// Writes `files`, in which KEY is a key, and runs `init`: an agent comes and goes. Gives what `init` said.
fn check(files: &[(&str, &str)]) -> (Fixture, String) {
    let fixture = flake();
    for (path, text) in files {
        fixture.write(path, &text.replace("KEY", &format!("\"{KEY}\"")));
    }
    fixture.commit();
    let said = fixture.ok(&adoption("")).stderr;
    fixture.commit();
    let before = fixture.snapshot();
    fixture.ok("new-agent vesta");
    assert_eq!(findings(&fixture, "error"), Vec::<String>::new());
    fixture.ok("new-agent luna --like vesta");
    fixture.ok("remove-agent luna");
    fixture.ok("remove-agent vesta");
    assert_eq!(fixture.snapshot(), before);
    (fixture, said)
}

/// The lines of the settings below the header of a table.
fn table(fixture: &Fixture, header: &str) -> Vec<String> {
    let settings = fixture.read("agent-tool.toml");
    let below = settings.split_once(header).map_or("", |(_, below)| below);
    below.lines().skip(1).take_while(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn machines_have_a_set_of_their_own_beside_a_list() {
    let rules = "\
let
  alice = KEY;
  users = [ alice ];
  tower = KEY;
  systems = [
    tower
  ];
in
{
  \"wifi.age\".publicKeys = users ++ systems;
}
";
    let (fixture, said) = check(&[("secrets/secrets.nix", rules), ("secrets/wifi.age", SEALED)]);
    assert!(!said.contains("agents' rules"), "{said}");
    assert_eq!(table(&fixture, "[rules]"), ["users = \"agentUsers\"", "machines = \"agentSystems\""]);
    assert!(table(&fixture, "[paths]").contains(&"rules = \"secrets/secrets.nix\"".to_owned()));
    let rules = fixture.read("secrets/secrets.nix");
    let users = format!("  agentUsers.alice = \"{KEY}\";\n  adminKeys = [ agentUsers.alice ];\nin\n");
    for bound in ["  ];\n  agentSystems = {\n  };", &users] {
        assert!(rules.contains(bound), "{bound}: {rules}");
    }
    let operators = fixture.ok("operator list").stdout;
    assert!(operators.contains("alice     yes    yes"), "{operators}");
}

#[test]
fn machines_have_a_set_of_their_own_where_all_systems_read() {
    let rules = "\
let
  systems.tower = KEY;
  adminKeys = [ KEY ];
in
{
  \"secrets/wifi.age\".publicKeys = builtins.attrValues systems;
}
";
    let (fixture, _) = check(&[("secrets.nix", rules), ("secrets/wifi.age", SEALED)]);
    assert_eq!(table(&fixture, "[rules]"), ["machines = \"agentSystems\""]);
}

#[test]
fn an_operator_without_a_name_gets_one() {
    let rules = "let\n  users = {\n    bob = KEY;\n  };\nin\n{\n}\n";
    let (fixture, _) = check(&[("secrets.nix", &rules.replace("KEY", "\"age1bob\""))]);
    let rules = fixture.read("secrets.nix");
    assert!(rules.contains(&format!("    alice = \"{KEY}\";\n  }};\n")), "{rules}");
    assert!(rules.contains("  adminKeys = [ users.alice ];\n"), "{rules}");
}

#[test]
fn several_keys_of_the_admin_user_are_the_operators() {
    let (fixture, _) = check(&[("secrets.nix", "let\n  users.alice = [ KEY ];\nin\n{\n}\n")]);
    assert!(fixture.read("secrets.nix").contains("  systems = {\n  };\n  adminKeys = users.alice;\n"));
}

#[test]
fn a_module_is_no_rules() {
    let module = "{ config, ... }:\n{\n  age.secrets.wifi.file = ./wifi.age;\n}\n";
    let rules = "let\n  users.alice = KEY;\nin\n{\n}\n";
    let (fixture, said) = check(&[("secrets.nix", module), ("secrets/secrets.nix", rules)]);
    assert_eq!(fixture.read("secrets.nix"), module);
    assert!(table(&fixture, "[paths]").contains(&"rules = \"secrets/secrets.nix\"".to_owned()));
    let note = "secrets.nix: the rules are a function, not a set: agents' rules are secrets/secrets.nix";
    assert!(said.contains(note), "{said}");
    let (fixture, _) = check(&[("secrets.nix", "{\n  age.secrets.wifi.file = ./wifi.age;\n}\n")]);
    expect_aside(&fixture);
}

#[test]
fn rules_that_are_computed_are_left_alone() {
    let rules = "\
let
  secrets.wifi = [ KEY ];
in
builtins.listToAttrs (
  map (name: {
    name = \"secrets/${name}.age\";
    value.publicKeys = secrets.${name};
  }) (builtins.attrNames secrets)
)
";
    let (fixture, said) = check(&[("secrets.nix", rules), ("secrets/wifi.age", SEALED)]);
    expect_aside(&fixture);
    let note = "secrets.nix:4:1: the file's value may be made here, by an expression that is not an attribute set \
                written out: agents' rules are agents/secrets.nix";
    assert!(said.contains(note), "{said}");
}

#[test]
fn rules_that_only_nix_can_evaluate_are_left_alone() {
    let rules =
        "let\n  pkgs = import <nixpkgs> { };\n  users.alice = KEY;\nin\npkgs.lib.optionalAttrs true {\n}\n";
    let (fixture, _) = check(&[("secrets.nix", rules)]);
    expect_aside(&fixture);
}

#[test]
fn secrets_that_no_rules_are_found_for_are_left_alone() {
    let (fixture, said) = check(&[("secrets/wifi.age", SEALED)]);
    expect_aside(&fixture);
    let note = "secrets/wifi.age is sealed by no rules that are found: agents' rules are agents/secrets.nix";
    assert!(said.contains(note), "{said}");
}

#[test]
fn where_no_folder_is_free_the_rules_say_why() {
    let fixture = flake();
    fixture.write("secrets.nix", "{ config, ... }: { }\n");
    fixture.write("agents/secrets.nix", "{ }\n");
    fixture.commit();
    fixture.refused(&["init"], 1, "secrets.nix: the rules are a function, not a set");
}

/// A file as age seals it.
const SEALED: &str = "age-encryption.org/v1\n";

#[track_caller]
fn expect_aside(fixture: &Fixture) {
    let paths = table(fixture, "[paths]");
    for line in ["rules = \"agents/secrets.nix\"", "secrets = \"agents/secrets\""] {
        assert!(paths.contains(&line.to_owned()), "{line}: {paths:?}");
    }
}
