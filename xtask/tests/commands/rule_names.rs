//! `[rules]` of agent-tool.toml: rules that call people and machines otherwise.

use generator::secrets::host_key::HostKey;
use pretty_assertions::assert_eq;

use crate::{
    check::findings,
    fixture::Fixture,
    rekey::{DRAGO, ok_with_key},
};

/// This repository's tree, with rules as agenix's tutorial writes them: `users` and `systems` are lists.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.replace("secrets.nix", "users = {", "users = [ ];\n  people = {");
    fixture.replace("secrets.nix", "[ users.ncrmro ]", "[ people.ncrmro ]");
    fixture.replace("secrets.nix", "  systems = {\n  };\n", "  systems = [ ];\n  machines = {\n  };\n");
    let settings = fixture.read("agent-tool.toml");
    fixture.write(
        "agent-tool.toml",
        &format!("{settings}\n[rules]\nusers = \"people\"\nmachines = \"machines\"\n"),
    );
    fixture.commit();
    fixture
}

#[test]
fn a_machine_is_known_by_the_name_that_the_settings_give_the_set() {
    let fixture = fixture();
    let before = fixture.snapshot();
    fixture.ok("new-agent vesta");
    let rules = fixture.read("secrets.nix");
    assert!(rules.contains(
        "\"secrets/stalwart-mail-vesta-password.age\".publicKeys = adminKeys ++ [ machines.agent-vesta ];"
    ));
    assert!(rules.contains("  systems = [ ];\n  machines = {\n    agent-vesta = \"ssh-ed25519 "), "{rules}");
    assert!(fixture.ok("list").stdout.contains("born with it"));
    let shown = fixture.ok("show vesta").stdout;
    assert!(shown.contains("machines.agent-vesta in the rules (secrets.nix:"), "{shown}");
    assert!(fixture.ok("secret list").stdout.contains("ncrmro, agent-vesta"));
    ok_with_key(&fixture, "rotate vesta");
    assert_eq!(findings(&fixture, "error"), Vec::<String>::new());
    fixture.ok("remove-agent vesta");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn siblings_readers_and_trust_go_by_that_name() {
    let fixture = fixture();
    fixture.ok("new-agent vesta");
    fixture.ok("new-agent luna --like vesta");
    fixture.ok("secret new forge --reader vesta --reader luna");
    let squeezed = fixture.read("secrets.nix").split_whitespace().collect::<Vec<_>>().join(" ");
    for rule in [
        "stalwart-mail-luna-password.age\".publicKeys = adminKeys ++ [ machines.agent-luna ];",
        "forge.age\".publicKeys = adminKeys ++ [ machines.agent-vesta machines.agent-luna ];",
    ] {
        assert!(squeezed.contains(rule), "{rule}: {squeezed}");
    }
    fixture.ok("remove-agent luna --force");
    assert!(!fixture.read("secrets.nix").contains("luna"));
    let key = fixture
        .read("secrets.nix")
        .lines()
        .find_map(|line| Some(line.split_once("agent-vesta = ")?.1.to_owned()))
        .unwrap();
    fixture.refused(&["trust", "drago", key.trim_matches(['"', ';'])], 1, "it is the one of agent-vesta");
    let rules = fixture.read("secrets.nix");
    fixture.write(".git/drago.pub", HostKey::generate("drago").unwrap().public.as_str());
    ok_with_key(&fixture, "trust drago .git/drago.pub");
    assert!(
        fixture
            .read("secrets.nix")
            .contains(&format!("\"{DRAGO}\".publicKeys = adminKeys ++ [ machines.agent-drago ];"))
    );
    ok_with_key(&fixture, "untrust drago");
    assert_eq!(fixture.read("secrets.nix"), rules);
}

#[test]
fn what_is_missing_is_called_so_too() {
    let fixture = fixture();
    fixture.ok("new-agent vesta");
    fixture.replace("secrets.nix", " ++ [ machines.agent-vesta ]", "");
    let rules = fixture.read("secrets.nix");
    let key = rules.lines().find(|line| line.contains("agent-vesta = ")).unwrap();
    let said = fixture.run("check").stdout;
    assert!(said.contains("add machines.agent-vesta to its rule, then `rekey`"), "{said}");
    fixture.write("secrets.nix", &rules.replace(&format!("{key}\n"), ""));
    let errors = findings(&fixture, "error");
    assert_eq!(errors, ["secrets.nix:10: vesta lacks machines.agent-vesta in the rules"]);
}

#[test]
fn an_operator_goes_by_the_name_of_the_other_set() {
    let fixture = fixture();
    let rules = fixture.read("secrets.nix");
    let key = HostKey::generate("alice").unwrap();
    fixture.write(".git/alice.pub", key.public.as_str());
    ok_with_key(&fixture, "operator add alice .git/alice.pub");
    let added = fixture.read("secrets.nix");
    assert!(added.contains(&format!("    alice = \"{}\";\n", key.public.as_str())), "{added}");
    assert!(added.contains("    people.alice\n"), "{added}");
    let operators = fixture.ok("operator list").stdout;
    assert!(operators.contains("alice     yes    yes"), "{operators}");
    ok_with_key(&fixture, "operator remove alice");
    let squeeze = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(squeeze(&fixture.read("secrets.nix")), squeeze(&rules));
}
