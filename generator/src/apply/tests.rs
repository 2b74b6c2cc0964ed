//! Every operation of an apply is made to fail, and every one is made the last of its process: the tree is
//! wholly before or wholly after, and nothing is left behind.

use std::{collections::BTreeMap, fs, io, os::unix::fs::PermissionsExt, path::Path};

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::*;
use crate::{path::TreePath, plan::Draft, settings, tree::Tree};

type Contents = BTreeMap<String, String>;

/// A disk that goes wrong at one operation.
struct Faulty {
    seen: usize,
    fault: Fault,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Operation `n` fails, later ones work again.
    Once(usize),
    /// Operation `n` and all later ones never happen: the process is gone.
    Killed(usize),
    /// Operation `n` is cut short, and the process is gone: a file has half of its contents.
    Torn(usize),
}

impl Disk for Faulty {
    fn run(&mut self, operation: &Operation<'_>) -> io::Result<()> {
        let now = self.seen;
        self.seen += 1;
        let full = || Err(io::Error::from(io::ErrorKind::StorageFull));
        match (self.fault, operation) {
            (Fault::Torn(n), &Operation::Write { path, contents, mode }) if now == n => {
                let half = Operation::Write { path, contents: &contents[..contents.len() / 2], mode };
                RealDisk.run(&half)?;
                full()
            }
            (Fault::Once(n), _) if now == n => full(),
            (Fault::Killed(n) | Fault::Torn(n), _) if now >= n => full(),
            _ => RealDisk.run(operation),
        }
    }
}

fn tree() -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join(settings::FILE), include_str!("../../../agent-tool.toml")).unwrap();
    fs::create_dir_all(dir.path().join("old/folder")).unwrap();
    fs::write(dir.path().join("kept"), "kept").unwrap();
    fs::write(dir.path().join("modified"), "before").unwrap();
    fs::set_permissions(dir.path().join("modified"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(dir.path().join("old/folder/deleted"), "deleted").unwrap();
    dir
}

fn plan(root: &Path) -> Plan {
    let tree = Tree::open(root).unwrap();
    let mut draft = Draft::new(&tree);
    draft.create(&TreePath::literal("new/folder/created"), "created").unwrap();
    draft.create(&TreePath::literal("new/other"), "other").unwrap();
    draft.write(&TreePath::literal("modified"), "after").unwrap();
    draft.delete(&TreePath::literal("old/folder/deleted")).unwrap();
    draft.finish().unwrap()
}

/// Every file with its mode, and every folder, below `root`.
fn contents(root: &Path) -> Contents {
    let mut contents = Contents::new();
    for entry in walkdir::WalkDir::new(root).min_depth(1) {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        let text =
            if entry.file_type().is_dir() { "/".into() } else { fs::read_to_string(entry.path()).unwrap() };
        let path = entry.path().strip_prefix(root).unwrap().display().to_string();
        contents.insert(path, format!("{mode:o} {text}"));
    }
    contents
}

fn run(root: &Path, disk: &mut dyn Disk) -> Result<()> {
    let lock = Lock::acquire(root, false).unwrap();
    apply(&lock, root, &plan(root), disk)
}

fn recover_all(root: &Path) -> Option<Recovery> {
    let lock = Lock::acquire(root, false).unwrap();
    let recovery = recover(&lock, root, &mut RealDisk).unwrap();
    assert!(!is_pending(root).unwrap());
    recovery
}

#[test]
fn a_plan_lands_whole_and_keeps_modes() {
    let dir = tree();
    run(dir.path(), &mut RealDisk).unwrap();
    let after = contents(dir.path());
    assert_eq!(after["modified"], "640 after");
    assert_eq!(after["kept"], "644 kept");
    assert_eq!(after["new/folder/created"], "644 created");
    assert!(!after.contains_key("old"), "emptied folders go");
    assert!(!is_pending(dir.path()).unwrap());
}

#[test]
fn whatever_fails_or_dies_the_tree_is_before_or_after() {
    let before = contents(tree().path());
    let done = tree();
    let mut counting = Faulty { seen: 0, fault: Fault::Once(usize::MAX) };
    run(done.path(), &mut counting).unwrap();
    let after = contents(done.path());
    let faults = (0..counting.seen).flat_map(|n| [Fault::Once(n), Fault::Killed(n), Fault::Torn(n)]);
    let (mut befores, mut afters) = (0, 0);
    for fault in faults {
        let dir = tree();
        let result = run(dir.path(), &mut Faulty { seen: 0, fault });
        let recovery = recover_all(dir.path());
        let now = contents(dir.path());
        if now == before {
            befores += 1;
            assert!(result.is_err(), "{fault:?}");
            assert_ne!(recovery, Some(Recovery::After), "{fault:?}");
        } else {
            afters += 1;
            assert_eq!(now, after, "{fault:?}");
            assert_ne!(recovery, Some(Recovery::Before), "{fault:?}");
        }
    }
    assert!(befores > 0 && afters > 0, "{befores} before, {afters} after");
}

#[test]
fn a_recovery_that_dies_is_recovered_from() {
    let dir = tree();
    let mut total = Faulty { seen: 0, fault: Fault::Once(usize::MAX) };
    run(dir.path(), &mut total).unwrap();
    let after = contents(dir.path());
    let before = contents(tree().path());
    for first in 0..total.seen {
        for second in 0..total.seen {
            let dir = tree();
            let _ = run(dir.path(), &mut Faulty { seen: 0, fault: Fault::Killed(first) });
            let lock = Lock::acquire(dir.path(), false).unwrap();
            let _ = recover(&lock, dir.path(), &mut Faulty { seen: 0, fault: Fault::Killed(second) });
            drop(lock);
            recover_all(dir.path());
            let now = contents(dir.path());
            assert!(now == before || now == after, "killed at {first}, then at {second}: {now:#?}");
        }
    }
}

#[test]
fn a_file_that_changed_since_it_was_read_stops_everything() {
    let dir = tree();
    let plan = plan(dir.path());
    fs::write(dir.path().join("modified"), "by somebody").unwrap();
    let before = contents(dir.path());
    let lock = Lock::acquire(dir.path(), false).unwrap();
    let error = apply(&lock, dir.path(), &plan, &mut RealDisk).unwrap_err();
    assert_eq!(error.to_string(), "modified has changed since it was read; nothing was written");
    assert_eq!(contents(dir.path()), before);
}

#[test]
fn a_file_that_was_only_read_stops_everything_too() {
    let dir = tree();
    let tree = Tree::open(dir.path()).unwrap();
    let mut draft = Draft::new(&tree);
    assert_eq!(draft.text(&TreePath::literal("kept")).unwrap(), "kept");
    assert_eq!(draft.bytes(&TreePath::literal("missing")).unwrap(), None);
    draft.create(&TreePath::literal("new/other"), "other").unwrap();
    let plan = draft.finish().unwrap();
    for (path, by_somebody) in [("kept", "changed"), ("missing", "new"), (settings::FILE, "")] {
        let before = fs::read(dir.path().join(path)).ok();
        fs::write(dir.path().join(path), by_somebody).unwrap();
        let lock = Lock::acquire(dir.path(), false).unwrap();
        let error = apply(&lock, dir.path(), &plan, &mut RealDisk).unwrap_err();
        assert_eq!(error.to_string(), format!("{path} has changed since it was read; nothing was written"));
        assert!(!dir.path().join("new").exists());
        match before {
            Some(before) => fs::write(dir.path().join(path), before).unwrap(),
            None => fs::remove_file(dir.path().join(path)).unwrap(),
        }
    }
}

#[test]
fn a_file_changed_after_a_crash_is_not_overwritten() {
    let dir = tree();
    // The commit point is the rename of the journal; two operations later no target is written yet.
    let mut trace = Vec::new();
    for n in 0.. {
        let dir = tree();
        if run(dir.path(), &mut Faulty { seen: 0, fault: Fault::Killed(n) }).is_ok() {
            break;
        }
        trace.push(dir.path().join(FOLDER).join("journal").exists());
    }
    let committed = trace.iter().position(|journal| *journal).unwrap();
    let _ = run(dir.path(), &mut Faulty { seen: 0, fault: Fault::Killed(committed) });
    fs::write(dir.path().join("modified"), "by somebody").unwrap();
    let lock = Lock::acquire(dir.path(), false).unwrap();
    let error = recover(&lock, dir.path(), &mut RealDisk).unwrap_err().to_string();
    assert!(error.ends_with("modified was changed while a command was interrupted"), "{error}");
    assert_eq!(fs::read_to_string(dir.path().join("modified")).unwrap(), "by somebody");
}

#[test]
fn what_may_not_be_written_is_refused_also_as_root() {
    let dir = tree();
    fs::set_permissions(dir.path().join("modified"), fs::Permissions::from_mode(0o444)).unwrap();
    let before = contents(dir.path());
    let error = run(dir.path(), &mut RealDisk).unwrap_err();
    assert_eq!(error.to_string(), "modified is read-only: its owner may not write it");
    assert_eq!(contents(dir.path()), before);
}

#[test]
fn a_link_is_followed_inside_the_tree_and_not_out_of_it() {
    let dir = tree();
    fs::rename(dir.path().join("modified"), dir.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real", dir.path().join("modified")).unwrap();
    run(dir.path(), &mut RealDisk).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("real")).unwrap(), "after");
    assert!(dir.path().join("modified").is_symlink());

    let (dir, outside) = (tree(), TempDir::new().unwrap());
    fs::write(outside.path().join("file"), "before").unwrap();
    fs::remove_file(dir.path().join("modified")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("file"), dir.path().join("modified")).unwrap();
    let error = run(dir.path(), &mut RealDisk).unwrap_err().to_string();
    assert!(error.starts_with("modified leads out of the tree"), "{error}");
    assert_eq!(fs::read_to_string(outside.path().join("file")).unwrap(), "before");
}

#[test]
fn the_second_writer_is_told_who_is_at_work() {
    let dir = tree();
    let lock = Lock::acquire(dir.path(), false).unwrap();
    let error = Lock::acquire(dir.path(), false).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("another command is changing this tree (process {})", std::process::id())
    );
    drop(lock);
    Lock::acquire(dir.path(), false).unwrap();
}
