//! Plaintext is where it must be, and nowhere else.

use std::fs;

use tempfile::TempDir;

use crate::secret_edit::Desk;

const VALUE: &str = "Xyzzy-Plugh-4711-is-the-plaintext";

fn has(contents: &[u8]) -> bool {
    contents.windows(VALUE.len()).any(|window| window == VALUE.as_bytes())
}

#[test]
fn plaintext_stands_in_no_argument_variable_file_or_message() {
    let Some(desk) = Desk::new(VALUE) else { return };
    let temporary = TempDir::new().unwrap();
    let (seen, found) = (temporary.path().join("seen"), temporary.path().join("found"));
    // While the editor runs: what every process shows of itself, and every file where temporary ones are made. The
    // pattern is read from the secret's file, so that it is in no argument of grep's either.
    let script = format!(
        "for process in /proc/[0-9]*; do cat $process/cmdline $process/environ; done >'{seen}' 2>/dev/null\n\
         grep -rlFf \"$1\" '{root}' '{temporary}' >'{found}' 2>/dev/null\n\
         grep -qFf \"$1\" \"$1\" && echo itself >>'{found}'\n\
         printf '%s, longer' \"$(cat \"$1\")\" >\"$1\"\n",
        seen = seen.display(),
        found = found.display(),
        root = desk.fixture.root().display(),
        temporary = temporary.path().display(),
    );
    desk.editor(&script);
    let desk = desk.with_env("RUST_LOG", "trace").with_env("TMPDIR", temporary.path().to_str().unwrap());
    let outcomes = [
        desk.edit(&script, &[]),
        desk.edit("exit 1", &[]),
        desk.edit("rm \"$1\"", &[]),
        desk.fixture.run("secret list"),
        desk.fixture.run("secret who"),
        desk.fixture.run("secret remove wifi --dry-run"),
        desk.fixture.run("check"),
        desk.fixture.run("rekey --all"),
        desk.fixture.run_with(&["rotate", "wifi", "--stdin"], desk.fixture.root(), VALUE),
        desk.fixture.run_with(&["secret", "new", "other", "--stdin"], desk.fixture.root(), VALUE),
        desk.fixture.run_with(&["new-agent", "vesta", "--password-stdin"], desk.fixture.root(), VALUE),
        desk.fixture.run_with(&["new-agent", "vesta", "--password-stdin"], desk.fixture.root(), VALUE),
    ];
    let codes: Vec<_> = outcomes.iter().map(|outcome| outcome.code).collect();
    assert_eq!(codes, [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for outcome in &outcomes {
        assert!(!has(outcome.stdout.as_bytes()) && !has(outcome.stderr.as_bytes()), "{outcome:?}");
    }
    let seen = fs::read(seen).unwrap();
    assert!(seen.windows(11).any(|window| window == b"secret\0edit"), "the processes were looked at");
    assert!(!has(&seen), "a process shows it");
    assert_eq!(
        fs::read_to_string(found).unwrap(),
        "itself\n",
        "the search finds what is there, and nothing else"
    );
    for (file, (_, contents)) in desk.fixture.snapshot() {
        assert!(!has(&contents), "{file}");
    }
    for entry in fs::read_dir(temporary.path()).unwrap() {
        assert!(!has(&fs::read(entry.unwrap().path()).unwrap()));
    }
    assert!(has(desk.fixture.ok("secret show wifi").stdout.as_bytes()));
}
