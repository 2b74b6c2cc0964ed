//! `new-agent`, as it is used.

use std::{fs, os::unix::fs::symlink};

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::fixture::Fixture;

const NEW_FILES: [&str; 6] = [
    "home-manager/vesta/agent.nix",
    "home-manager/vesta/himalaya.nix",
    "hosts/agent-vesta/default.nix",
    "modules/users/vesta.nix",
    "secrets/agent-vesta-host-key.age",
    "secrets/stalwart-mail-vesta-password.age",
];

#[test]
fn a_newcomer_needs_nothing_but_git() {
    let programs = TempDir::new().unwrap();
    let git = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|git| git.is_file())
        .unwrap();
    symlink(git, programs.path().join("git")).unwrap();
    let fixture = Fixture::new().with_path(programs.path());
    let outcome = fixture.ok("new-agent vesta");
    assert!(outcome.stderr.contains("SSH port 2225, SPICE port 5902"), "{}", outcome.stderr);
    let host = fixture.read("hosts/agent-vesta/default.nix");
    assert!(host.contains("sshPort = 2225;") && host.contains("spicePort = 5902;"));
    assert_eq!(fixture.ok("check").code, 0);
}

#[test]
fn only_lines_that_had_to_be_added_are_in_the_diff() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let numbers = fixture.git(&["diff", "--numstat"]);
    let changes: Vec<Vec<&str>> = numbers.lines().map(|line| line.split('\t').collect()).collect();
    assert!(changes.iter().all(|change| matches!(change[1], "0" | "-")), "{numbers}");
    let paths: Vec<_> = changes.iter().map(|change| change[2]).collect();
    let shared = [
        "docs/agentvms.md",
        "flake.nix",
        "hosts/agent-base/default.nix",
        "secrets.nix",
        "secrets/.recipients",
    ];
    let mut expected = [shared.as_slice(), NEW_FILES.as_slice()].concat();
    expected.sort_unstable();
    assert_eq!(paths, expected, "intent to add makes git diff show new files too");
}

#[test]
fn the_diff_that_is_shown_is_the_diff_that_git_shows() {
    let fixture = Fixture::new();
    let shown = fixture.ok("new-agent vesta").stdout;
    let lines = |diff: &str| {
        let mut lines: Vec<String> = diff
            .lines()
            .filter(|line| {
                line.starts_with(['+', '-', ' ']) && !line.starts_with("+++ ") && !line.starts_with("--- ")
            })
            .map(str::to_owned)
            .collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(lines(&shown), lines(&fixture.git(&["diff", "--no-color"])));
}

#[test]
fn a_dry_run_writes_nothing() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    let outcome = fixture.ok("new-agent vesta --dry-run");
    assert!(outcome.stdout.contains("+++ b/hosts/agent-vesta/default.nix"));
    assert!(outcome.stderr.contains("nothing was written"));
    assert_eq!(fixture.snapshot(), before);
    assert_eq!(fixture.status(), "");
}

#[test]
fn json_is_the_plan() {
    let fixture = Fixture::new();
    let outcome = fixture.ok("new-agent vesta --dry-run --json");
    let plan: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(plan["applied"], false);
    assert_eq!(plan["agent"]["name"], "vesta");
    assert_eq!(plan["agent"]["host"], "agent-vesta");
    assert_eq!(plan["agent"]["vm"]["ssh_port"], 2225);
    assert_eq!(plan["agent"]["vm"]["spice_port"], 5902);
    assert_eq!(plan["agent"]["vm"]["mac"], "52:54:00:5a:30:d0");
    assert!(plan["agent"]["host_key"].as_str().unwrap().starts_with("ssh-ed25519 "));
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 11);
    for change in changes {
        let (path, kind) = (change["path"].as_str().unwrap(), change["kind"].as_str().unwrap());
        assert_eq!(kind, if NEW_FILES.contains(&path) { "create" } else { "modify" }, "{path}");
        assert!(change["diff"].as_str().unwrap().contains(path));
    }
}

#[test]
fn the_same_again_changes_nothing() {
    let fixture = Fixture::new();
    for words in ["new-agent vesta", "new-agent vesta --memory 4 --ssh-port 2225 --host-key generate"] {
        fixture.ok("new-agent vesta");
        let (before, status) = (fixture.snapshot(), fixture.status());
        let outcome = fixture.ok(words);
        assert_eq!(outcome.stdout, "");
        assert_eq!(outcome.stderr, "vesta is already there: nothing changed\n");
        assert_eq!((fixture.snapshot(), fixture.status()), (before, status));
    }
    assert_eq!(fixture.ok("new-agent drago").stderr, "drago is already there: nothing changed\n");
}

#[test]
fn a_machine_that_a_person_registered_is_not_registered_again() {
    let fixture = Fixture::new();
    fixture.replace(
        "flake.nix",
        "agent-base = ",
        "agent-vesta = builtins.throw \"mine\";\n        agent-base = ",
    );
    let flake = fixture.read("flake.nix");
    let outcome = fixture.ok("new-agent vesta");
    assert!(outcome.stderr.contains("the flake has agent-vesta already"), "{}", outcome.stderr);
    assert_eq!(fixture.read("flake.nix"), flake);
    assert!(fixture.ok("show vesta").stdout.contains("vesta"));
}

#[test]
fn another_one_of_that_name_is_refused() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    for (option, value, expected) in [
        ("--memory", "8", "--memory is 4, not 8"),
        ("--ssh-port", "2299", "--ssh-port is 2225, not 2299"),
        ("--full-name", "Other", "--full-name is Vesta, not Other"),
        ("--email", "a@example.com", "--email is vesta@ncrmro.com, not a@example.com"),
        ("--description", "Other", "--description is Autonomous agent Vesta, not Other"),
        ("--host-key", "first-boot", "--host-key is generate, not first-boot"),
    ] {
        fixture.refused(&["new-agent", "vesta", option, value], 1, expected);
    }
    fixture.refused(
        &["new-agent", "drago", "--host-key", "generate"],
        1,
        "--host-key is first-boot, not generate",
    );
}

#[test]
fn an_agent_that_lacks_a_part_is_named_with_it() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    fs::remove_file(fixture.root().join("home-manager/vesta/himalaya.nix")).unwrap();
    fixture.replace("docs/agentvms.md", "| vesta | 2225 | 5902 |\n", "");
    fixture.refused(
        &["new-agent", "vesta"],
        1,
        "and lacks\n  the mail account home-manager/vesta/himalaya.nix\n  the row of the guide's table",
    );
}

#[test]
fn options_are_what_the_files_say() {
    let fixture = Fixture::new();
    let words = [
        "new-agent",
        "mail-bot",
        "--full-name",
        "The \"Mail\" ${bot}",
        "--description",
        "reads mail, all day",
        "--email",
        "post@example.com",
        "--ssh-port",
        "3000",
        "--spice-port",
        "4000",
        "--memory",
        "16",
        "--vcpus",
        "8",
    ];
    let outcome = fixture.run_with(&words, fixture.root(), "");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let home = fixture.read("home-manager/mail-bot/agent.nix");
    assert!(home.contains("name = \"The \\\"Mail\\\" \\${bot}\";"), "{home}");
    assert!(home.contains("email = \"post@example.com\";"));
    let host = fixture.read("hosts/agent-mail-bot/default.nix");
    for line in ["sshPort = 3000;", "spicePort = 4000;", "memoryGiB = 16;", "vcpus = 8;"] {
        assert!(host.contains(line), "{host}");
    }
    assert!(fixture.read("modules/users/mail-bot.nix").contains("description = \"reads mail, all day\";"));
    assert_eq!(fixture.run_with(&words, fixture.root(), "").code, 0, "the same again");
    fixture.ok("check");
}

#[test]
fn free_ports_are_given_out_from_the_lowest_pair_up() {
    let fixture = Fixture::new();
    fixture.ok("new-agent one --ssh-port 2225");
    let ports = |name: &str| {
        let outcome = fixture.ok(&format!("show {name} --json"));
        let agent: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        (agent["vm"]["ssh_port"].as_u64().unwrap(), agent["vm"]["spice_port"].as_u64().unwrap())
    };
    assert_eq!(ports("one"), (2225, 5902), "the lowest SPICE port that is free");
    fixture.ok("new-agent two --spice-port 2226");
    assert_eq!(ports("two"), (2227, 2226), "no port serves twice, whatever for");
    fixture.ok("remove-agent luce");
    fixture.ok("new-agent three");
    assert_eq!(ports("three"), (2224, 5901), "what luce had");
    fixture.ok("new-agent four");
    assert_eq!(ports("four"), (2228, 5905), "the lowest pair of which both are free");
}

#[test]
fn an_agent_whose_machine_makes_its_key_has_none_in_the_rules() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta --host-key first-boot");
    let rules = fixture.read("secrets.nix");
    assert!(
        rules.contains("\"secrets/stalwart-mail-vesta-password.age\".publicKeys = adminKeys;"),
        "{rules}"
    );
    assert!(!rules.contains("agent-vesta"), "{rules}");
    assert!(!fixture.root().join("secrets/agent-vesta-host-key.age").exists());
    fixture.ok("check");
}

#[test]
fn the_tree_is_found_from_any_folder_in_it() {
    let fixture = Fixture::new();
    let outcome =
        fixture.run_with(&["new-agent", "vesta"], &fixture.root().join("hosts/common/optional"), "");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(fixture.root().join("hosts/agent-vesta/default.nix").is_file());
    let elsewhere = TempDir::new().unwrap();
    let root = fixture.root().to_str().unwrap();
    assert_eq!(fixture.run_with(&["-C", root, "show", "vesta"], elsewhere.path(), "").code, 0);
    assert_eq!(fixture.run_with(&["list", "--root", root], elsewhere.path(), "").code, 0);
}
