//! `remove-agent`, the exact inverse.

use pretty_assertions::assert_eq;

use crate::{fixture::Fixture, host::Host};

#[test]
fn nothing_of_the_agent_is_left() {
    for options in ["", "--host-key first-boot", "--memory 8 --email v@example.com"] {
        let fixture = Fixture::new();
        let before = fixture.snapshot();
        fixture.ok(&format!("new-agent vesta {options}"));
        assert_ne!(fixture.snapshot(), before);
        let outcome = fixture.ok("remove-agent vesta");
        assert!(outcome.stdout.contains("--- a/hosts/agent-vesta/default.nix"));
        assert_eq!(fixture.snapshot(), before, "{options}");
        assert_eq!(fixture.status(), "", "{options}");
    }
}

#[test]
fn the_same_again_changes_nothing() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    fixture.ok("remove-agent vesta");
    let before = fixture.snapshot();
    let outcome = fixture.ok("remove-agent vesta");
    assert_eq!(outcome.stderr, "vesta is not there: nothing changed (the agents are: drago, luce)\n");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn what_the_agent_could_read_is_to_be_rotated() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    fixture.replace(
        "secrets.nix",
        "\"secrets/stalwart-mail-luce-password.age\".publicKeys = adminKeys;",
        "\"secrets/stalwart-mail-luce-password.age\".publicKeys = adminKeys ++ [ systems.agent-vesta ];",
    );
    fixture.refused(
        &["remove-agent", "vesta"],
        1,
        "secrets/stalwart-mail-luce-password.age was shared with it",
    );
    let outcome = fixture.ok("remove-agent vesta --force");
    for expected in [
        "the mailbox vesta on the mail server",
        "secrets/stalwart-mail-luce-password.age: give it a new value",
        "the tailnet node agent-vesta",
        "the SSH key of vesta",
    ] {
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    }
    assert!(!fixture.read("secrets.nix").contains("vesta"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    let outcome = fixture.ok("remove-agent luce --dry-run");
    assert!(outcome.stdout.contains("deleted file mode"));
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn what_was_written_by_hand_goes_by_force_only() {
    for (path, from, to, expected) in [
        (
            "hosts/agent-vesta/default.nix",
            "vcpus = 2;",
            "vcpus = 2; # enough",
            "default.nix was edited by hand",
        ),
        ("hosts/agent-vesta/vm.xml", "", "<domain/>", "hosts/agent-vesta/vm.xml was not made by new-agent"),
        (
            "flake.nix",
            "[ ./hosts/agent-vesta ]",
            "[ ./hosts/agent-vesta ./x.nix ]",
            "agent-vesta was edited by hand",
        ),
        (
            "flake.nix",
            "        agent-vesta =",
            "        # Ours.\n        agent-vesta =",
            "a comment goes along: # Ours.",
        ),
        (
            "secrets.nix",
            "publicKeys = adminKeys ++ [ systems.agent-vesta ]",
            "publicKeys = [ systems.agent-vesta ]",
            "was edited by hand",
        ),
        (
            "hosts/agent-luce/default.nix",
            "../../modules/users/luce.nix",
            "../../modules/users/vesta.nix",
            "imports modules/users/vesta.nix, which goes",
        ),
    ] {
        let fixture = Fixture::new();
        fixture.ok("new-agent vesta");
        if from.is_empty() {
            fixture.write(path, to);
        } else {
            fixture.replace(path, from, to);
        }
        fixture.refused(&["remove-agent", "vesta"], 1, expected);
        fixture.ok("remove-agent vesta --force");
        assert!(!fixture.root().join("hosts/agent-vesta").exists());
    }
}

#[test]
fn what_is_no_agent_is_not_removed() {
    let fixture = Fixture::new();
    fixture.refused(
        &["remove-agent", "ncrmro"],
        1,
        "ncrmro is no agent: there is no hosts/agent-ncrmro/default.nix",
    );
}

#[test]
fn json_is_the_plan() {
    let fixture = Fixture::new();
    let outcome = fixture.ok("remove-agent luce --dry-run --json");
    let plan: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(plan["applied"], false);
    let deleted = plan["changes"].as_array().unwrap().iter().filter(|it| it["kind"] == "delete").count();
    assert_eq!(deleted, 5);
    assert_eq!(plan["by_hand"], serde_json::json!([]), "luce is as the templates make it");
    assert!(plan["rotate"][0].as_str().unwrap().contains("mailbox luce"));
}

#[test]
fn an_agent_that_has_a_machine_is_removed_only_by_force() {
    let host = Host::new();
    let vesta = "5a30d0e8-5e52-59c4-86ba-11b786196422"; // printf agent-vesta | sha256sum
    host.define("vesta", vesta, "running (booted)");
    host.refused(&["remove-agent", "vesta"], 1, "vesta has a machine; nothing was removed");
    let outcome = host.run("remove-agent vesta --dry-run");
    assert_eq!(outcome.code, 1);
    let warning = "warning: agent-vesta is a machine here, and running: `vm destroy vesta` ends it";
    assert!(outcome.stderr.lines().any(|line| line == warning), "{}", outcome.stderr);
    host.ok("remove-agent vesta --force");
    assert_eq!(host.state("vesta"), "running (booted)", "the machine is left alone");
    assert!(host.ok("vm destroy vesta --yes").stderr.ends_with("agent-vesta is destroyed\n"));
    assert_eq!(host.state("vesta"), "");
}
