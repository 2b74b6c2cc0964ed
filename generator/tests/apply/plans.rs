//! A small plan with every kind of change: what lands, what is refused, and how it goes on after any interruption.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

use generator::{
    apply::{Disk, FOLDER, Lock, RealDisk, Recovery, apply, is_pending, recover, sweep},
    error::Result,
    path::TreePath,
    plan::{Draft, Plan},
    secrets::access::Access,
    settings,
    tree::Tree,
};
use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::{
    disks::{Fault, Faulty, Traced, Volatile},
    temporary,
};

type Contents = BTreeMap<String, String>;

fn tree() -> TempDir {
    let dir = temporary();
    fs::write(dir.path().join(settings::FILE), include_str!("../../../agent-tool.toml")).unwrap();
    fs::create_dir_all(dir.path().join("old/folder")).unwrap();
    fs::write(dir.path().join("kept"), "kept").unwrap();
    fs::write(dir.path().join("modified"), "before").unwrap();
    fs::set_permissions(dir.path().join("modified"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(dir.path().join("old/folder/deleted"), "deleted").unwrap();
    dir
}

fn path(text: &str) -> TreePath {
    TreePath::new(text).unwrap()
}

fn plan(root: &Path) -> Plan {
    let tree = Tree::open(root).unwrap();
    let mut draft = Draft::new(&tree);
    draft.create(&path("new/folder/created"), "created").unwrap();
    draft.create(&path("new/other"), "other").unwrap();
    draft.write(&path("modified"), "after").unwrap();
    draft.delete(&path("old/folder/deleted")).unwrap();
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
    apply(&lock, root, &plan(root), disk)?;
    sweep(&lock, root, disk)
}

fn recover_all(root: &Path) -> Option<Recovery> {
    let lock = Lock::acquire(root, false).unwrap();
    let recovery = recover(&lock, root, &mut RealDisk).unwrap();
    assert!(!is_pending(root).unwrap());
    sweep(&lock, root, &mut RealDisk).unwrap();
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
    let mut counting = Faulty::new(Fault::None);
    run(done.path(), &mut counting).unwrap();
    let after = contents(done.path());
    let faults = (0..counting.seen).flat_map(|n| [Fault::Once(n), Fault::Killed(n), Fault::Torn(n)]);
    let (mut befores, mut afters) = (0, 0);
    for fault in faults {
        let dir = tree();
        let result = run(dir.path(), &mut Faulty::new(fault));
        let recovery = recover_all(dir.path());
        let now = contents(dir.path());
        if now == before {
            befores += 1;
            assert!(result.is_err(), "{fault:?}");
            assert!(!matches!(recovery, Some(Recovery::After { .. })), "{fault:?}");
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
    let mut total = Faulty::new(Fault::None);
    run(dir.path(), &mut total).unwrap();
    let after = contents(dir.path());
    let before = contents(tree().path());
    for first in 0..total.seen {
        for second in 0..total.seen {
            let dir = tree();
            let _ = run(dir.path(), &mut Faulty::new(Fault::Killed(first)));
            let lock = Lock::acquire(dir.path(), false).unwrap();
            let _ = recover(&lock, dir.path(), &mut Faulty::new(Fault::Killed(second)));
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
    assert_eq!(draft.text(&path("kept")).unwrap(), "kept");
    assert_eq!(draft.bytes(&path("missing")).unwrap(), None);
    draft.create(&path("new/other"), "other").unwrap();
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
fn what_the_rules_import_and_a_folder_that_was_listed_stop_everything_too() {
    let dir = tree();
    fs::write(dir.path().join("secrets.nix"), "import ./rules.nix\n").unwrap();
    fs::write(dir.path().join("rules.nix"), "if builtins.pathExists ./more.nix then { } else { }\n").unwrap();
    let tree = Tree::open(dir.path()).unwrap();
    assert_eq!(Access::read(&tree).unwrap().rules().count(), 0);
    assert_eq!(tree.folder(&path("old/folder")).unwrap().len(), 1);
    let mut draft = Draft::new(&tree);
    draft.create(&path("new/other"), "other").unwrap();
    let plan = draft.finish().unwrap();
    for (path, stale) in [
        ("rules.nix", "rules.nix"),
        ("more.nix", "more.nix"),
        ("secrets.nix", "secrets.nix"),
        ("old/folder/another", "old/folder"),
    ] {
        let before = fs::read(dir.path().join(path)).ok();
        fs::write(dir.path().join(path), "{ }").unwrap();
        let lock = Lock::acquire(dir.path(), false).unwrap();
        let error = apply(&lock, dir.path(), &plan, &mut RealDisk).unwrap_err();
        assert_eq!(error.to_string(), format!("{stale} has changed since it was read; nothing was written"));
        match before {
            Some(before) => fs::write(dir.path().join(path), before).unwrap(),
            None => fs::remove_file(dir.path().join(path)).unwrap(),
        }
    }
    let lock = Lock::acquire(dir.path(), false).unwrap();
    apply(&lock, dir.path(), &plan, &mut RealDisk).unwrap();
}

#[test]
fn a_file_changed_after_a_crash_is_not_overwritten() {
    let dir = tree();
    // The commit point is the rename of the journal; two operations later no target is written yet.
    let mut trace = Vec::new();
    for n in 0.. {
        let dir = tree();
        if run(dir.path(), &mut Faulty::new(Fault::Killed(n))).is_ok() {
            break;
        }
        trace.push(dir.path().join(FOLDER).join("journal").exists());
    }
    let committed = trace.iter().position(|journal| *journal).unwrap();
    let _ = run(dir.path(), &mut Faulty::new(Fault::Killed(committed)));
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

    let (dir, outside) = (tree(), temporary());
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

#[test]
fn everything_is_on_the_disk_before_the_journal_is_and_the_journal_before_anything_else() {
    let dir = tree();
    let mut disk = Traced { root: dir.path(), trace: Vec::new() };
    run(dir.path(), &mut disk).unwrap();
    let expected = "\
mkdir 0700 TRANSACTION
write TRANSACTION/0.after
write TRANSACTION/1.after
write TRANSACTION/2.after
link modified TRANSACTION/2.before
link old/folder/deleted TRANSACTION/3.before
write TRANSACTION/journal.new
fsync TRANSACTION/0.after TRANSACTION/1.after TRANSACTION/2.after TRANSACTION/journal.new
fsync TRANSACTION/
fsync ./
rename TRANSACTION/journal.new TRANSACTION/journal
fsync TRANSACTION/
mkdir new
fsync ./
mkdir new/folder
fsync new/
rename TRANSACTION/0.after new/folder/created
rename TRANSACTION/1.after new/other
rename TRANSACTION/2.after modified
unlink old/folder/deleted
fsync ./
fsync new/
fsync new/folder/
fsync old/folder/
rmdir old/folder
rmdir old
fsync ./
rename TRANSACTION TRANSACTION-closed
fsync ./
unlink TRANSACTION-closed/2.before
unlink TRANSACTION-closed/3.before
unlink TRANSACTION-closed/journal
rmdir TRANSACTION-closed
fsync ./
";
    let closed = disk.trace.len() - 5;
    // A folder lists its files in any order.
    disk.trace.get_mut(closed..closed + 3).unwrap().sort();
    assert_eq!(disk.trace.join("\n") + "\n", expected);
}

#[test]
fn a_loss_of_power_at_any_instant_leaves_what_the_next_run_needs() {
    let (before, after) = (contents(tree().path()), after());
    let mut states = (0, 0);
    // Also when an operation failed before, so that what was done is being taken back.
    let total = operations();
    for fault in std::iter::once(Fault::None).chain((0..total).map(Fault::Once)) {
        for end in 0.. {
            let dir = tree();
            let mut disk = Volatile::new(dir.path(), fault, end);
            let done = run(dir.path(), &mut disk).is_ok();
            for forgotten in disk.losses() {
                let found = temporary();
                disk.after_loss(&forgotten, found.path());
                recover_all(found.path());
                let now = contents(found.path());
                assert!(now == after || !done, "{fault:?}: done, and gone with the power: {now:#?}");
                assert!(
                    now == before || now == after,
                    "{fault:?}, no power at {end}, {forgotten:?}: {now:#?}"
                );
                if now == before { states.0 += 1 } else { states.1 += 1 }
            }
            if disk.seen() <= end {
                break;
            }
        }
    }
    assert!(states.0 > 0 && states.1 > 0, "{states:?}");
}

#[test]
fn what_an_editor_wrote_in_between_is_not_taken_back() {
    let dir = tree();
    let total = operations();
    for killed in 0..total {
        let dir = tree();
        if run(dir.path(), &mut Faulty::new(Fault::Killed(killed))).is_ok()
            || !is_pending(dir.path()).unwrap()
        {
            continue;
        }
        fs::remove_file(dir.path().join("modified")).unwrap();
        fs::write(dir.path().join("modified"), "by somebody").unwrap();
        let lock = Lock::acquire(dir.path(), false).unwrap();
        for fault in [Fault::None, Fault::Once(0), Fault::Once(1)] {
            let _ = recover(&lock, dir.path(), &mut Faulty::new(fault));
            assert_eq!(fs::read_to_string(dir.path().join("modified")).unwrap(), "by somebody", "{killed}");
        }
    }
    drop(dir);
}

#[test]
fn paths_that_are_in_each_others_way_are_refused() {
    for (one, other, why) in [
        ("new/File", "new/file", "new/file can't be beside new/File: they differ in case only"),
        ("new", "new/file", "new/file can't be in new, which is a file"),
        ("New", "new/file", "new/file can't be in New, which is a file"),
    ] {
        let dir = tree();
        let tree = Tree::open(dir.path()).unwrap();
        let before = contents(dir.path());
        let mut draft = Draft::new(&tree);
        draft.create(&path(one), "one").unwrap();
        draft.create(&path(other), "other").unwrap();
        let lock = Lock::acquire(dir.path(), false).unwrap();
        let error = apply(&lock, dir.path(), &draft.finish().unwrap(), &mut RealDisk).unwrap_err();
        assert_eq!(error.to_string(), why);
        assert_eq!(contents(dir.path()), before);
    }
    let dir = tree();
    std::os::unix::fs::symlink("modified", dir.path().join("alias")).unwrap();
    let tree = Tree::open(dir.path()).unwrap();
    let mut draft = Draft::new(&tree);
    draft.write(&path("modified"), "one").unwrap();
    draft.write(&path("alias"), "other").unwrap();
    let lock = Lock::acquire(dir.path(), false).unwrap();
    let error = apply(&lock, dir.path(), &draft.finish().unwrap(), &mut RealDisk).unwrap_err();
    assert_eq!(error.to_string(), "alias is the same file as modified, by a symbolic link");
}

#[test]
fn a_recovery_goes_back_when_a_target_can_not_be_written() {
    let (dir, before) = (tree(), contents(tree().path()));
    let committed = (0..operations()).find(|n| {
        let dir = tree();
        let _ = run(dir.path(), &mut Faulty::new(Fault::Killed(*n)));
        dir.path().join(FOLDER).join("journal").exists()
    });
    let _ = run(dir.path(), &mut Faulty::new(Fault::Killed(committed.unwrap() + 7)));
    let lock = Lock::acquire(dir.path(), false).unwrap();
    let recovery = recover(&lock, dir.path(), &mut Faulty::new(Fault::Once(0))).unwrap();
    assert_eq!(recovery, Some(Recovery::Before));
    assert_eq!(contents(dir.path()), before);
}

/// The tree after the plan.
fn after() -> Contents {
    let dir = tree();
    run(dir.path(), &mut RealDisk).unwrap();
    contents(dir.path())
}

/// How many operations the plan takes.
fn operations() -> usize {
    let dir = tree();
    let mut disk = Faulty::new(Fault::None);
    run(dir.path(), &mut disk).unwrap();
    disk.seen
}
