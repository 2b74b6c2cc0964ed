//! What happens at a terminal alone: questions. `script` (util-linux) makes one.

use std::{
    fs,
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
};

use pretty_assertions::assert_eq;

use crate::{
    fixture::{Fixture, locked_key},
    plugins::{plugins, public, with_plugins},
    rekey::{DRAGO, LUCE, ok_with_key, operator, operator_file, value},
};

/// Runs a command at a terminal of its own, where somebody types `answers`, each line when `question` was asked. What
/// the terminal shows, and the exit code; nothing where no terminal can be made.
fn at_a_terminal(fixture: &Fixture, words: &str, question: &str, answers: &[&str]) -> Option<(String, i32)> {
    let line = format!("'{}' {words}", env!("CARGO_BIN_EXE_agent-tool"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    script
        .current_dir(fixture.root())
        .env("HOME", fixture.root())
        .env_remove("CI")
        .env_remove("AGENT_TOOL_IDENTITY");
    if let Some(path) = fixture.path() {
        script.env("PATH", path);
    }
    let Ok(mut child) = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        eprintln!("skipped: no terminal can be made here (script, of util-linux)");
        return None;
    };
    let shown = converse(&mut child, question, answers);
    Some((shown, child.wait().unwrap().code().unwrap()))
}

fn converse(child: &mut Child, question: &str, answers: &[&str]) -> String {
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut buffer, mut asked) = (String::new(), [0; 4096], 0);
    // A terminal whose program has ended reads as an error.
    while let Ok(length @ 1..) = stdout.read(&mut buffer) {
        shown += &String::from_utf8_lossy(&buffer[..length]);
        if shown.matches(question).count() > asked {
            let answer = answers.get(asked).unwrap_or_else(|| panic!("it asks again:\n{shown}"));
            writeln!(stdin, "{answer}").unwrap();
            asked += 1;
        }
    }
    assert_eq!(asked, answers.len(), "{shown}");
    shown
}

/// A tree whose two secrets a locked key opens, and no other key at hand.
fn locked_tree() -> Fixture {
    let fixture = Fixture::new();
    let (private, public) = locked_key();
    fixture.write(".git/locked.pub", &public);
    ok_with_key(&fixture, "operator add you .git/locked.pub");
    fixture.write(".ssh/id_ed25519", &private);
    fixture
}

const QUESTION: &str = "Passphrase of ~/.ssh/id_ed25519: ";

#[test]
fn a_passphrase_is_asked_for_once_for_all_secrets_and_not_shown() {
    let fixture = locked_tree();
    let before = [DRAGO, LUCE].map(|path| fs::read(fixture.root().join(path)).unwrap());
    let Some((shown, code)) = at_a_terminal(&fixture, "rekey --all", QUESTION, &["correct horse"]) else {
        return;
    };
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("correct horse"), "{shown}");
    assert!(shown.contains("2 secrets sealed anew"), "{shown}");
    for (path, before) in [DRAGO, LUCE].into_iter().zip(before) {
        assert_ne!(fs::read(fixture.root().join(path)).unwrap(), before);
        assert!(value(&fixture, path, &operator()).is_some());
    }
}

#[test]
fn a_passphrase_that_is_wrong_is_said_and_nothing_is_written() {
    let fixture = locked_tree();
    let before = fixture.snapshot();
    let Some((shown, code)) = at_a_terminal(&fixture, "rekey --all", QUESTION, &["wrong"]) else { return };
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("~/.ssh/id_ed25519: that is not its passphrase"), "{shown}");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn ctrl_c_at_the_question_ends_the_command_and_not_the_terminal() {
    let fixture = locked_tree();
    let before = fixture.snapshot();
    let words = "rekey --all; echo \"exit $?\"; stty --all";
    let Some((shown, _)) = at_a_terminal(&fixture, words, QUESTION, &["half a pass\u{3}"]) else { return };
    assert!(!shown.contains("half a pass"), "{shown}");
    assert!(shown.contains("exit 130"), "{shown}");
    assert!(shown.contains("isig icanon iexten echo ") && shown.contains("eol = <undef>"), "{shown}");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn nobody_is_asked_where_no_secret_needs_the_key() {
    let fixture = locked_tree();
    let Some((shown, code)) = at_a_terminal(&fixture, "rekey", QUESTION, &[]) else { return };
    assert_eq!((code, shown.trim()), (0, "nothing to do: 2 in order"));
}

#[test]
fn what_takes_longer_than_a_blink_has_a_bar() {
    let folder = plugins(&["quick"]);
    let slow =
        format!("#!/bin/sh\nsleep 0.5\nexec '{}' \"$@\"\n", folder.path().join("age-plugin-quick").display());
    let path = folder.path().join("age-plugin-slow");
    fs::write(&path, slow).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let fixture = with_plugins(&folder);
    ok_with_key(&fixture, &format!("operator add you {}", public("slow", "you")));
    let words = format!("rekey --all --identity {}", operator_file());
    let Some((shown, code)) = at_a_terminal(&fixture, &words, QUESTION, &[]) else { return };
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("sealing ") && shown.contains("/2"), "{shown:?}");
}
