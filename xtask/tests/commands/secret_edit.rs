//! `secret edit`, with scripts for editors.

use std::{
    fs,
    io::Read,
    os::unix::fs::{PermissionsExt, symlink},
    process::Command,
    thread,
    time::Duration,
};

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::fixture::{Fixture, Outcome};

/// A tree with the secret `wifi`, and a folder in memory for the editor's file.
pub(crate) struct Desk {
    pub(crate) fixture: Fixture,
    pub(crate) memory: TempDir,
    script: TempDir,
}

impl Desk {
    /// A desk where `value` is sealed; none where there is no file system in memory.
    pub(crate) fn new(value: &str) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
        if !mounts.lines().any(|line| line.contains(" /dev/shm tmpfs ")) {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs a tmpfs at /dev/shm");
            eprintln!("skipped: /dev/shm is no tmpfs");
            return None;
        }
        let (memory, script) = (TempDir::new_in("/dev/shm").unwrap(), TempDir::new().unwrap());
        let fixture = Fixture::new().with_operator().with_env("XDG_RUNTIME_DIR", memory.path());
        let fixture = fixture.with_env("EDITOR", format!("sh {}", script.path().join("edit").display()));
        let outcome = fixture.run_with(&["secret", "new", "wifi", "--stdin"], fixture.root(), value);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        Some(Self { fixture, memory, script })
    }

    /// Runs commands with a variable in their environment.
    pub(crate) fn with_env(self, name: &str, value: &str) -> Self {
        Self { fixture: self.fixture.with_env(name, value), ..self }
    }

    /// Makes a shell script the editor; `$1` is the file.
    pub(crate) fn editor(&self, script: &str) {
        fs::write(self.script.path().join("edit"), script).unwrap();
    }

    /// Edits by a shell script, after which nothing may be left in memory.
    pub(crate) fn edit(&self, script: &str, words: &[&str]) -> Outcome {
        self.editor(script);
        let words = [&["secret", "edit", "wifi"], words].concat();
        let outcome = self.fixture.run_with(&words, self.fixture.root(), "");
        assert_eq!(fs::read_dir(self.memory.path()).unwrap().count(), 0, "something is left in memory");
        outcome
    }

    #[track_caller]
    fn edited(&self, script: &str) -> Outcome {
        let outcome = self.edit(script, &[]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        outcome
    }

    #[track_caller]
    fn refused(&self, script: &str, expected: &str) {
        let before = self.fixture.snapshot();
        let outcome = self.edit(script, &[]);
        assert_eq!(outcome.code, 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
        assert_eq!(self.fixture.snapshot(), before);
    }

    fn value(&self) -> String {
        self.fixture.ok("secret show wifi").stdout
    }
}

#[test]
fn what_the_editor_leaves_is_the_new_value() {
    let Some(desk) = Desk::new("old") else { return };
    let outcome = desk.edited("test \"$(cat \"$1\")\" = old || exit 3\nprintf new >\"$1\"");
    assert!(
        outcome
            .stdout
            .contains("Binary files a/secrets/wifi.age and b/secrets/wifi.age differ (sealed to ncrmro)")
    );
    assert_eq!(desk.value(), "new");
    assert!(desk.fixture.ok("check").stderr.contains("0 errors"));
    // An editor that writes another file and renames it.
    let outcome =
        desk.edited("echo line >\"$1.tmp\"; mv \"$1.tmp\" \"$1\"; echo copy >\"$1~\"; mkdir \"$TMPDIR/x\"");
    assert_eq!(desk.value(), "line\n");
    assert!(outcome.stderr.contains("ends in a line break now, and did not before"), "{}", outcome.stderr);
}

#[test]
fn the_file_is_private_and_lies_alone_in_memory() {
    let Some(desk) = Desk::new("old") else { return };
    let report = TempDir::new().unwrap();
    let report = report.path().join("report");
    desk.edited(&format!(
        "stat -c %a \"$1\" \"$(dirname \"$1\")\" >'{0}'; stat -f -c %T \"$1\" >>'{0}'; basename \"$1\" >>'{0}'\n\
         echo \"$TMPDIR\" >>'{0}'; dirname \"$1\" >>'{0}'; exit 0",
        report.display()
    ));
    let report = fs::read_to_string(report).unwrap();
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(lines[..4], ["600", "700", "tmpfs", "wifi"]);
    assert_eq!(lines[4], lines[5], "what the editor writes beside it is in memory, too");
    assert!(lines[4].starts_with(desk.memory.path().to_str().unwrap()));
}

#[test]
fn what_was_not_changed_is_not_written() {
    let Some(desk) = Desk::new("old\n") else { return };
    let before = desk.fixture.snapshot();
    for script in ["exit 0", "cp \"$1\" \"$1.tmp\"; mv \"$1.tmp\" \"$1\"", "touch \"$1\""] {
        let outcome = desk.edited(script);
        assert!(outcome.stderr.contains("is unchanged: nothing was written"), "{}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
    }
    assert_eq!(desk.fixture.snapshot(), before);
}

#[test]
fn an_editor_that_fails_or_takes_the_file_away_changes_nothing() {
    let Some(desk) = Desk::new("old") else { return };
    desk.refused("printf new >\"$1\"; exit 1", "failed (exit status: 1); nothing was written");
    desk.refused("printf new >\"$1\"; kill -9 $$", "failed (signal: 9 (SIGKILL)); nothing was written");
    desk.refused("rm \"$1\"", "after the edit");
    desk.refused("rm \"$1\"; mkdir \"$1\"", "");
    let gone = desk.fixture.with_env("VISUAL", "/nowhere/editor --wait");
    gone.refused(&["secret", "edit", "wifi"], 1, "the editor /nowhere/editor can't be run");
    assert_eq!(fs::read_dir(desk.memory.path()).unwrap().count(), 0);
}

#[test]
fn a_value_is_not_emptied_by_accident() {
    let Some(desk) = Desk::new("old") else { return };
    desk.refused(": >\"$1\"", "the new value is empty");
    desk.fixture.refused(&["secret", "edit", "wifi", "--stdin"], 1, "the new value is empty");
    assert_eq!(desk.edit(": >\"$1\"", &["--allow-empty"]).code, 0);
    assert_eq!(desk.value(), "");
}

#[test]
fn a_new_value_may_come_from_standard_input() {
    let Some(desk) = Desk::new("old") else { return };
    let words = ["secret", "edit", "wifi", "--stdin"];
    let outcome = desk.fixture.run_with(&words, desk.fixture.root(), "new\n");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(desk.value(), "new\n");
}

#[test]
fn without_a_terminal_and_an_editor_nothing_waits() {
    let fixture = Fixture::new().with_operator();
    let words = ["secret", "edit", "stalwart-mail-luce-password"];
    fixture.refused(&words, 1, "there is no terminal to edit at");
}

#[test]
fn plaintext_is_put_on_no_disk() {
    let Some(desk) = Desk::new("old") else { return };
    let persistent = TempDir::new().unwrap();
    let on_disk = Command::new("stat").args(["-f", "-c", "%T"]).arg(persistent.path()).output().unwrap();
    if on_disk.stdout.starts_with(b"tmpfs") {
        return;
    }
    desk.editor("printf new >\"$1\"");
    // Not the session's folder where that is on a disk, but the one that everybody has.
    let elsewhere = desk.fixture.with_env("XDG_RUNTIME_DIR", persistent.path());
    elsewhere.ok("secret edit wifi");
    assert_eq!(fs::read_dir(persistent.path()).unwrap().count(), 0);
    assert_eq!(elsewhere.ok("secret show wifi").stdout, "new");
}

#[test]
fn mode_link_and_armour_are_kept() {
    let Some(desk) = Desk::new("old") else { return };
    let root = desk.fixture.root();
    let (secret, real) = (root.join("secrets/wifi.age"), root.join("elsewhere/real"));
    fs::create_dir(root.join("elsewhere")).unwrap();
    fs::rename(&secret, &real).unwrap();
    symlink("../elsewhere/real", &secret).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    desk.fixture.replace(
        "secrets.nix",
        "\"secrets/wifi.age\".publicKeys = adminKeys;",
        "\"secrets/wifi.age\" = {\n    publicKeys = adminKeys;\n    armor = true;\n  };",
    );
    desk.edited("printf new >\"$1\"");
    assert_eq!(desk.value(), "new");
    assert!(secret.is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read(&real).unwrap().starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----\n"));
}

#[test]
fn nobody_edits_himself_out() {
    let Some(desk) = Desk::new("old") else { return };
    desk.fixture.ok("new-agent vesta");
    desk.fixture.replace(
        "secrets.nix",
        "\"secrets/wifi.age\".publicKeys = adminKeys;",
        "\"secrets/wifi.age\".publicKeys = [ systems.agent-vesta ];",
    );
    desk.refused(
        "printf new >\"$1\"",
        "no key at hand could open secrets/wifi.age afterwards, only agent-vesta",
    );
    assert_eq!(desk.edit("printf new >\"$1\"", &["--force"]).code, 0);
    desk.fixture.refused(&["secret", "show", "wifi"], 1, "no key at hand opens it");
}

#[test]
fn what_another_program_sealed_meanwhile_is_not_overwritten() {
    let Some(desk) = Desk::new("old") else { return };
    let secret = desk.fixture.root().join("secrets/wifi.age");
    let outcome = desk.edit(&format!("printf new >\"$1\"; printf x >'{}'", secret.display()), &[]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("has changed since it was read"), "{}", outcome.stderr);
    assert_eq!(fs::read(secret).unwrap(), b"x");
}

#[test]
fn a_signal_ends_the_edit_and_leaves_nothing_in_memory() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let Some(desk) = Desk::new("old") else { return };
        let before = desk.fixture.snapshot();
        desk.editor("printf new >\"$1\"; touch \"$1.ready\"; exec sleep 60");
        let mut command = desk.fixture.command(&["secret", "edit", "wifi"], desk.fixture.root());
        let mut child = command.spawn().unwrap();
        let is_ready = || {
            let folders = fs::read_dir(desk.memory.path()).unwrap();
            folders.flatten().any(|folder| folder.path().join("wifi.ready").exists())
        };
        while !is_ready() {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            thread::sleep(Duration::from_millis(5));
        }
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let status = child.wait().unwrap();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(status.code(), Some(1), "{signal}: {said}");
        assert!(said.contains("the edit was interrupted; nothing was written"), "{signal}: {said}");
        assert_eq!(fs::read_dir(desk.memory.path()).unwrap().count(), 0, "{signal}");
        assert_eq!(desk.fixture.snapshot(), before, "{signal}");
    }
}
