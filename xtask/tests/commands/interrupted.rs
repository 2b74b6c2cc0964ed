//! Commands that meet another command, or what one left.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use generator::{
    apply::{FOLDER, Lock},
    secrets::{access::Access, keyring::Keyring},
    tree::Tree,
};
use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::fixture::{Fixture, repository};

#[test]
fn the_second_writer_is_refused_and_readers_are_not() {
    let fixture = Fixture::new();
    let lock = Lock::acquire(fixture.root(), false).unwrap();
    let said = format!("error: another command is changing this tree (process {})", std::process::id());
    fixture.refused(&["new-agent", "vesta"], 1, &said);
    fixture.refused(&["remove-agent", "luce"], 1, "hint: wait until it is done, or pass `--wait`");
    assert_eq!(fixture.run("list").code, 0);
    assert_eq!(fixture.run("new-agent vesta --dry-run").code, 0);
    drop(lock);
    assert_eq!(fixture.run("new-agent vesta --wait").code, 0);
}

#[test]
fn what_was_interrupted_before_its_commit_point_is_swept_away() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    fs::create_dir(fixture.root().join(FOLDER)).unwrap();
    fixture.write(&format!("{FOLDER}/0.after"), "half a fi");
    let outcome = fixture.ok("list");
    assert_eq!(outcome.stderr, "an earlier command was interrupted; the tree is as it was before it\n");
    assert_eq!(fixture.snapshot(), before);
}

/// How often, or how long, these are tried: a little in every run, and as much as one likes by hand.
fn effort(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().map_or(usual, |text| text.parse().unwrap())
}

/// The tree is whole, as the next command finds it: nothing is left over, `check` has no error, every secret opens.
#[track_caller]
fn expect_whole(fixture: &Fixture) {
    fixture.ok("check");
    assert!(!fixture.snapshot().keys().any(|path| path.starts_with(".agent-tool")), "something is left over");
    let tree = Tree::open(fixture.root()).unwrap();
    let mut keyring = Keyring::default();
    keyring.add("operator", &fs::read(repository().join("tests/keys/example_operator")).unwrap()).unwrap();
    for (path, _) in Access::read(&tree).unwrap().rules() {
        let sealed = tree.bytes(path).unwrap().unwrap();
        keyring.open_unasked(path.as_str(), &sealed).unwrap();
    }
}

#[test]
fn killed_at_random_instants_a_command_leaves_a_tree_that_the_next_one_finds_whole() {
    let kills = effort("AGENT_TOOL_KILLS", 24);
    let fixture = Fixture::new().with_operator();
    let commands: [&[&str]; 3] = [&["new-agent", "vesta"], &["rekey", "--all"], &["remove-agent", "vesta"]];
    let before = fixture.snapshot();
    let started = Instant::now();
    fixture.ok("new-agent vesta");
    let longest = started.elapsed();
    fixture.ok("remove-agent vesta");
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut killed, mut recovered) = (0, 0);
    for round in 0.. {
        if killed >= kills {
            break;
        }
        for words in commands {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let mut child = fixture.command(words, fixture.root()).spawn().unwrap();
            thread::sleep(longest * u32::try_from(random % 1000).unwrap() / 1000);
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            killed += u64::from(output.status.code().is_none());
            // One that was over before is over; `remove-agent` finds nothing when `new-agent` came to nothing.
            let said = fixture.run("new-agent other --dry-run");
            assert_eq!(said.code, 0, "round {round}, {words:?}: {}", said.stderr);
            recovered += u64::from(said.stderr.contains("an earlier command was interrupted"));
            fixture.run("secret list");
            expect_swept(&fixture);
            expect_whole(&fixture);
        }
    }
    fixture.run("remove-agent vesta");
    assert_eq!(fixture.snapshot().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    eprintln!("{killed} killed, {recovered} recovered from by the next command");
}

/// What is over but for git's index is left for the next command that writes.
fn expect_swept(fixture: &Fixture) {
    if fixture.root().join(".agent-tool-transaction-closed").exists() {
        let mend = fixture.run("secret remove no-such-secret");
        assert!(mend.stderr.contains("an earlier command was interrupted"), "{}", mend.stderr);
    }
}

#[test]
fn two_writers_that_wait_do_not_interleave() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    let end = Instant::now() + Duration::from_secs(effort("AGENT_TOOL_WRITERS_SECONDS", 2));
    let rounds: Vec<u64> = thread::scope(|scope| {
        let fixture = &fixture;
        let writers: Vec<_> = ["vesta", "nova"]
            .map(|name| {
                scope.spawn(move || {
                    let mut rounds = 0;
                    while rounds == 0 || Instant::now() < end {
                        fixture.ok(&format!("new-agent {name} --wait"));
                        fixture.ok(&format!("remove-agent {name} --wait"));
                        rounds += 1;
                    }
                    rounds
                })
            })
            .into_iter()
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    expect_whole(&fixture);
    assert_eq!(fixture.snapshot(), before);
    assert_eq!(fixture.status(), "");
    eprintln!("two writers, {rounds:?} rounds");
}

#[test]
fn where_files_can_not_grow_nothing_changes() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    let tool = env!("CARGO_BIN_EXE_agent-tool");
    // A write beyond the limit kills the process, or fails where the signal is ignored (man 2 setrlimit).
    for trap in ["", "trap '' XFSZ; "] {
        let mut states = (0, 0);
        for blocks in [0, 1, 2, 4, 8, 128] {
            let script = format!("{trap}ulimit -f {blocks}; exec {tool} new-agent vesta");
            let run =
                std::process::Command::new("sh").args(["-c", &script]).current_dir(fixture.root()).output();
            let done = run.unwrap().status.success();
            fixture.run("list");
            expect_swept(&fixture);
            expect_whole(&fixture);
            if done {
                states.1 += 1;
                fixture.ok("remove-agent vesta");
            } else {
                states.0 += 1;
            }
            assert_eq!(fixture.snapshot(), before, "{trap}{blocks} blocks");
        }
        assert!(states.0 > 0 && states.1 > 0, "{states:?}");
    }
}

#[test]
fn on_a_full_file_system_nothing_changes() {
    let fixture = Fixture::without_git();
    let before = fixture.snapshot();
    let (place, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let tool = env!("CARGO_BIN_EXE_agent-tool");
    let bytes: usize = before.values().map(|(_, contents)| contents.len().div_ceil(4096) * 4096).sum();
    let mut states = (0, 0);
    for spare in [1, 2, 3, 5, 8, 13, 400] {
        let pages = bytes / 4096 + spare;
        let script = format!(
            "mount -t tmpfs -o size={}k tmpfs {place} || exit 99
             cp -a {tree}/. {place}/ || exit 98
             {tool} -C {place} new-agent vesta; code=$?
             {tool} -C {place} list >/dev/null || exit 97
             rm -rf {out}/*; cp -a {place}/. {out}/; exit $code",
            pages * 4,
            place = place.path().display(),
            tree = fixture.root().display(),
            out = out.path().display(),
        );
        let run = std::process::Command::new("unshare")
            .args(["--mount", "--map-root-user", "sh", "-c", &script])
            .output();
        let Ok(run) = run else { return eprintln!("no unshare here: skipped") };
        match run.status.code() {
            Some(0) => {
                states.1 += 1;
                assert!(out.path().join("hosts/agent-vesta/default.nix").is_file());
            }
            Some(1) if !run.stderr.starts_with(b"unshare") => {
                states.0 += 1;
                assert_eq!(crate::fixture::snapshot(out.path()), before, "{spare} pages to spare");
            }
            Some(97 | 98) => panic!("{}", String::from_utf8_lossy(&run.stderr)),
            _ => return eprintln!("no file system can be mounted here: skipped"),
        }
    }
    assert!(states.0 > 0 && states.1 > 0, "{states:?}");
}
