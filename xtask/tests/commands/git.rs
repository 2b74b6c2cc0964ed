//! git's index: in line with the tree, or left alone and said.

use std::fs;

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::fixture::Fixture;

#[test]
fn new_files_are_known_without_their_contents() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    assert!(fixture.status().lines().any(|line| line == " A hosts/agent-vesta/default.nix"));
    assert_eq!(fixture.git(&["diff", "--cached", "--name-only"]), "", "nothing is staged");
}

#[test]
fn what_the_operator_has_staged_stays_staged() {
    let fixture = Fixture::new();
    fixture.write("notes.md", "mine\n");
    fixture.git(&["add", "notes.md"]);
    let before = fixture.status();
    fixture.ok("new-agent vesta");
    assert_eq!(fixture.git(&["diff", "--cached", "--name-only"]), "notes.md\n");
    fixture.ok("remove-agent vesta");
    assert_eq!(fixture.status(), before);
}

#[test]
fn a_committed_agent_is_removed_as_any_file_is() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    fixture.commit();
    fixture.ok("remove-agent vesta");
    assert!(
        fixture.status().lines().any(|line| line == " D hosts/agent-vesta/default.nix"),
        "{}",
        fixture.status()
    );
    assert_eq!(fixture.git(&["diff", "--cached", "--name-only"]), "");
    fixture.git(&["add", "--all"]);
    fixture.git(&["diff", "--cached", "--quiet", "HEAD~1"]);
}

#[test]
fn a_repository_without_a_commit_will_do() {
    let fixture = Fixture::without_git();
    fixture.git(&["init", "--quiet"]);
    let before = (fixture.snapshot(), fixture.status());
    fixture.ok("new-agent vesta");
    fixture.ok("remove-agent vesta");
    assert_eq!((fixture.snapshot(), fixture.status()), before);
}

#[test]
fn a_tree_in_a_folder_of_a_repository_will_do() {
    let outer = TempDir::new().unwrap();
    let fixture = Fixture::without_git();
    let inner = outer.path().join("machines");
    fs::rename(fixture.root(), &inner).unwrap();
    fs::create_dir(fixture.root()).unwrap();
    let git = |words: &[&str]| {
        let person = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
        let output = std::process::Command::new("git")
            .args(person)
            .args(words)
            .current_dir(outer.path())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "Everything"]);
    assert_eq!(fixture.run_with(&["new-agent", "vesta"], &inner, "").code, 0);
    assert!(git(&["status", "--porcelain"]).contains(" A machines/hosts/agent-vesta/default.nix"));
    assert_eq!(fixture.run_with(&["remove-agent", "vesta"], &inner, "").code, 0);
    assert_eq!(git(&["status", "--porcelain"]), "");
}

#[test]
fn without_git_that_step_is_skipped_and_said() {
    let fixture = Fixture::without_git();
    let outcome = fixture.ok("new-agent vesta");
    assert!(
        outcome.stderr.contains("git's index is left alone: this is no git repository"),
        "{}",
        outcome.stderr
    );
    let empty = TempDir::new().unwrap();
    let fixture = Fixture::new().with_path(empty.path());
    let outcome = fixture.ok("new-agent vesta");
    assert!(outcome.stderr.contains("git's index is left alone: there is no git on this machine"));
    assert_eq!(fixture.ok("check").code, 0);
}

#[test]
fn when_git_says_no_the_tree_stands_and_the_next_run_mends_it() {
    let fixture = Fixture::new();
    fixture.write(".git/index.lock", "");
    let outcome = fixture.run("new-agent vesta");
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stderr.contains("error: git does not bring its index in line with the tree"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("then run: git add --intent-to-add -- "), "{}", outcome.stderr);
    assert!(fixture.root().join("hosts/agent-vesta/default.nix").is_file());
    fs::remove_file(fixture.root().join(".git/index.lock")).unwrap();
    assert!(fixture.ok("new-agent vesta").stderr.contains("already there"));
    assert!(fixture.status().contains(" A hosts/agent-vesta/default.nix"));
    fixture.write(".git/index.lock", "");
    assert_eq!(fixture.run("remove-agent vesta").code, 1);
    fs::remove_file(fixture.root().join(".git/index.lock")).unwrap();
    assert!(fixture.ok("remove-agent vesta").stderr.contains("not there"));
    assert_eq!(fixture.status(), "");
}

#[test]
fn any_next_run_mends_it_once_git_lets_it() {
    let fixture = Fixture::new();
    fixture.write(".git/index.lock", "");
    assert_eq!(fixture.run("new-agent vesta").code, 1);
    fs::remove_file(fixture.root().join(".git/index.lock")).unwrap();
    assert_eq!(fixture.ok("list").stderr, "", "the tree is whole: a reader has nothing to do");
    let said = fixture.ok("new-agent nova").stderr;
    assert!(said.starts_with("an earlier command was interrupted; it is finished now\n"), "{said}");
    assert!(fixture.status().contains(" A hosts/agent-vesta/default.nix"));
    assert!(!fixture.root().join(".agent-tool-transaction-closed").exists());
}

#[test]
fn what_git_ignores_is_not_made() {
    let fixture = Fixture::new();
    fixture.write(".gitignore", "# keys\n*.age\n");
    fixture.commit();
    let before = (fixture.snapshot(), fixture.status());
    for command in
        ["new-agent vesta", "new-agent vesta --dry-run", "secret new wifi", "secret new wifi --dry-run"]
    {
        let outcome = fixture.run(command);
        assert_eq!(outcome.code, 1, "{command}");
        let file = if command.contains("wifi") { "wifi" } else { "agent-vesta-host-key" };
        let rule = format!("secrets/{file}.age, by .gitignore:2: *.age\n");
        assert!(outcome.stderr.contains(&rule), "{command}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("nothing was written"), "{command}: {}", outcome.stderr);
    }
    assert_eq!((fixture.snapshot(), fixture.status()), before);
    fixture.write(".gitignore", "*.age\n!/secrets/*.age\n");
    fixture.commit();
    fixture.ok("new-agent vesta");
    assert!(fixture.status().contains(" A secrets/agent-vesta-host-key.age"));
}
