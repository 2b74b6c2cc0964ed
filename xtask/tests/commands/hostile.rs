//! Hostile input, met by whole commands: an error or a bounded answer, and nothing written that was not asked for. A
//! stack that overflows ends a process by a signal, which is no exit code of ours.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::{
    fixture::{Fixture, snapshot},
    host::Host,
};

/// What reads a tree, and what writes one.
const COMMANDS: [&str; 12] = [
    "list",
    "show luce",
    "check",
    "plan register vesta",
    "secret list",
    "secret who",
    "new-agent another",
    "new-agent another --like luce",
    "remove-agent luce",
    "secret new token",
    "rotate luce",
    "rekey --all",
];

/// This repository's tree after `harm`, for which each of `refusing` says `reason`. Every command ends by itself, and one
/// that fails leaves everything as it is.
#[track_caller]
fn expect_bounded(harm: impl Fn(&Fixture), refusing: &[&str], reason: &str) {
    let harmed = || {
        let fixture = Fixture::without_git().with_operator();
        harm(&fixture);
        fixture
    };
    let mut fixture = harmed();
    for words in COMMANDS {
        let before = fixture.snapshot();
        let outcome = fixture.run(words);
        let said = outcome.stdout + &outcome.stderr;
        assert!(matches!(outcome.code, 0 | 1), "{words} exits {}: {said}", outcome.code);
        if refusing.contains(&words) {
            assert_eq!(outcome.code, 1, "{words}: {said}");
            assert!(said.contains(reason), "{words} says no {reason:?}:\n{said}");
        }
        if outcome.code == 1 {
            assert_eq!(fixture.snapshot(), before, "{words} changed the tree");
        } else {
            fixture = harmed();
        }
    }
}

/// The commands that read every host, and so the flake and the rules.
const AGENTS: [&str; 4] = ["list", "check", "new-agent another", "remove-agent luce"];

#[test]
fn a_file_of_fifty_megabytes() {
    let fixture = Fixture::without_git();
    for path in ["flake.nix", "secrets.nix", "hosts/agent-luce/default.nix"] {
        let text = fixture.read(path);
        fixture.write(path, &format!("{{ x = [\n{}]; }}\n", "  ./some/file.nix\n".repeat(2_800_000)));
        let said = format!("{path}:1:1: this file is longer than 4 MiB");
        fixture.refused(&["new-agent", "another"], 1, &said);
        fixture.refused(&["check"], 1, "1 error");
        fixture.write(path, &text);
    }
}

#[test]
fn a_secret_of_fifty_megabytes_that_is_none() {
    let fixture = Fixture::without_git().with_operator();
    fixture.write("secrets/stalwart-mail-luce-password.age", &"x".repeat(50_000_000));
    let said = "secrets/stalwart-mail-luce-password.age: is not sealed: it is no age file";
    fixture.refused(&["rekey", "--all"], 1, said);
}

#[test]
fn a_hundred_thousand_brackets() {
    let nested = "[".repeat(100_000) + &"]".repeat(100_000);
    for path in ["flake.nix", "secrets.nix", "hosts/agent-luce/default.nix"] {
        let reason = format!("{path}:1:257: ");
        expect_bounded(|fixture| fixture.write(path, &nested), &["check", "new-agent another"], &reason);
    }
    let settings = format!("x = {nested}\n");
    expect_bounded(|fixture| fixture.write("agent-tool.toml", &settings), &COMMANDS, "agent-tool.toml:1:");
}

#[test]
fn links_in_a_circle() {
    for path in ["flake.nix", "hosts/agent-luce/default.nix", "docs/agentvms.md"] {
        expect_bounded(|fixture| link(fixture, path, "itself".as_ref()), &AGENTS, path);
    }
    expect_bounded(
        |fixture| link(fixture, "agent-tool.toml", "itself".as_ref()),
        &COMMANDS,
        "agent-tool.toml",
    );
    let host = "hosts/agent-luce";
    expect_bounded(|fixture| link(fixture, host, "itself".as_ref()), &["new-agent another"], host);
    expect_bounded(|fixture| link(fixture, "secrets", "itself".as_ref()), &["rekey --all"], "secrets/");
    // A folder in itself, by a link that goes up.
    let up = |fixture: &Fixture| symlink("..", fixture.root().join("hosts/agent-luce/up")).unwrap();
    expect_bounded(up, &["remove-agent luce"], "hosts/agent-luce/up is no file");
}

#[test]
fn links_that_lead_out_of_the_tree() {
    for (path, refusing) in [
        ("hosts", ["new-agent another", "remove-agent luce"]),
        ("home-manager", ["new-agent another", "remove-agent luce"]),
        ("modules", ["new-agent another", "remove-agent luce"]),
        ("docs/agentvms.md", ["new-agent another", "remove-agent luce"]),
        ("flake.nix", ["new-agent another", "remove-agent luce"]),
        ("secrets.nix", ["new-agent another", "secret new token"]),
        ("secrets", ["rekey --all", "rotate luce"]),
    ] {
        let outside = TempDir::new().unwrap();
        let target = outside.path().join("moved");
        let moves = |fixture: &Fixture| {
            let _ = fs::remove_dir_all(&target);
            let from = fixture.root().join(path);
            assert!(
                std::process::Command::new("cp").arg("-r").args([&from, &target]).status().unwrap().success()
            );
            link(fixture, path, &target);
        };
        moves(&Fixture::without_git());
        let before = snapshot(outside.path());
        expect_bounded(moves, &refusing, "leads out of the tree");
        assert_eq!(snapshot(outside.path()), before, "{path}");
    }
}

#[test]
fn paths_that_leave_the_tree() {
    for path in ["../out", "/out", "hosts/../../out"] {
        let paths = |fixture: &Fixture| {
            let settings = fixture.read("agent-tool.toml");
            fixture.write("agent-tool.toml", &format!("{settings}\n[paths]\nhosts = \"{path}\"\n"));
        };
        expect_bounded(paths, &COMMANDS, "is not a path below the tree's root");
        let rule = |fixture: &Fixture| {
            fixture.replace("secrets.nix", "secrets/stalwart-mail-luce-password.age", &format!("{path}.age"));
        };
        expect_bounded(rule, &["new-agent another", "rekey --all"], "is for a file outside the tree");
    }
}

#[test]
fn pipes_in_the_place_of_files() {
    for path in ["flake.nix", "hosts/agent-luce/default.nix", "docs/agentvms.md"] {
        expect_bounded(|fixture| pipe(fixture, path), &AGENTS, &format!("{path} is no file"));
    }
    for path in ["secrets/.recipients", "secrets/stalwart-mail-luce-password.age"] {
        let reason = format!("{path} is no file");
        expect_bounded(|fixture| pipe(fixture, path), &["check", "rekey --all", "rotate luce"], &reason);
    }
    expect_bounded(|fixture| pipe(fixture, "agent-tool.toml"), &COMMANDS, "agent-tool.toml is no file");
}

#[test]
fn folders_that_can_not_be_read() {
    for (path, refusing) in [
        ("hosts", AGENTS.as_slice()),
        ("hosts/agent-luce", &["check", "new-agent another", "remove-agent luce"]),
        ("home-manager", &["check", "new-agent another"]),
        ("modules/users", &["check", "new-agent another"]),
        ("secrets", &["check", "new-agent another", "rekey --all"]),
    ] {
        // Whose user is not root, for whom there are no such folders.
        let host = Host::new();
        let before = host.snapshot();
        let (folder, mode) = (host.root().join(path), |mode| fs::Permissions::from_mode(mode));
        let run = |words: &str| {
            fs::set_permissions(&folder, mode(0o000)).unwrap();
            let outcome = host.run(words);
            fs::set_permissions(&folder, mode(0o755)).unwrap();
            (outcome.code, outcome.stdout + &outcome.stderr)
        };
        for words in refusing {
            let (code, said) = run(words);
            assert_eq!(code, 1, "{path}, {words}: {said}");
            assert!(said.contains("Permission denied") && said.contains(path), "{path}, {words}: {said}");
            assert_eq!(host.snapshot(), before, "{path}, {words}");
        }
        for words in COMMANDS {
            let (code, said) = run(words);
            assert!(matches!(code, 0..=2), "{path}, {words}: {said}");
        }
    }
}

/// Puts a link in the place of a file or a folder; `itself` stands for its own name.
fn link(fixture: &Fixture, path: &str, target: &Path) {
    let full = fixture.root().join(path);
    remove(&full);
    let target = if target == Path::new("itself") { Path::new(full.file_name().unwrap()) } else { target };
    symlink(target, &full).unwrap();
}

/// Puts a named pipe in the place of a file.
fn pipe(fixture: &Fixture, path: &str) {
    let full = fixture.root().join(path);
    remove(&full);
    assert!(std::process::Command::new("mkfifo").arg(&full).status().unwrap().success());
}

fn remove(path: &Path) {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
}
