//! What the documents say is so.

use std::fs;

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, repository};

/// The first block of a kind in a Markdown file.
fn block(path: &str, kind: &str) -> String {
    let text = fs::read_to_string(repository().join(path)).unwrap();
    let (_, rest) = text.split_once(&format!("```{kind}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// The lines of a diff, with every host key the same.
fn lines(diff: &str) -> Vec<String> {
    let line = |line: &str| match line.split_once("agent-vesta = \"ssh-ed25519 ") {
        Some((before, _)) => format!("{before}agent-vesta = KEY"),
        None => line.to_owned(),
    };
    diff.lines().map(line).collect()
}

#[test]
fn the_diff_in_the_readme_is_the_real_one() {
    let shown = Fixture::new().ok("new-agent vesta --dry-run").stdout;
    let mut expected = Vec::new();
    for part in shown.split("diff --git ") {
        let shared = ["a/flake.nix ", "a/hosts/agent-base/", "a/secrets.nix "];
        if shared.iter().any(|path| part.starts_with(path)) {
            expected.extend(lines(part).into_iter().skip(1));
        }
    }
    assert_eq!(lines(&block("README.md", "diff")), expected);
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let fixture = Fixture::without_git();
    for shell in ["bash", "zsh", "fish"] {
        let script = fixture.ok(&format!("completions {shell}")).stdout;
        assert!(script.contains("new-agent") && script.contains("agent-tool"), "{shell}");
    }
    assert!(fixture.ok("man").stdout.contains(".TH agent-tool 1"));
    fixture.ok("man pages");
    assert!(fixture.read("pages/agent-tool.1").contains("new\\-agent"));
    assert!(fixture.read("pages/agent-tool-new-agent.1").contains("tailnet"));
}

#[test]
fn every_command_is_in_the_readme_and_in_the_guide() {
    let help = Fixture::new().ok("--help").stdout;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands =
        commands.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("  "));
    let commands: Vec<_> =
        commands.filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).collect();
    assert!(commands.contains(&"new-agent"), "{help}");
    let (readme, guide) = (
        fs::read_to_string(repository().join("README.md")).unwrap(),
        fs::read_to_string(repository().join("docs/agentvms.md")).unwrap(),
    );
    for command in commands.into_iter().filter(|command| *command != "help") {
        assert!(readme.contains(&format!("`{command}")), "the README lacks {command}");
        assert!(guide.contains(&format!("`{command}")), "the guide lacks {command}");
    }
}
