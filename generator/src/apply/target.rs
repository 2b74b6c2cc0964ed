//! Where the files of a plan really lie, and whether they may be written.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    path::TreePath,
    plan::Plan,
    read::{self, Hash},
};

/// A file to be written, links followed.
pub(super) struct Target {
    /// Relative to the root.
    pub(super) path: PathBuf,
    /// The permission bits that it has and keeps; nothing for a new file.
    pub(super) mode: Option<u32>,
}

/// Finds every target of `plan` and checks that it can be written: inside the tree, on its file system, with its
/// owner's write bit, and with the contents that the plan read.
pub(super) fn resolve(root: &Path, plan: &Plan) -> Result<Vec<Target>> {
    let real_root = fs::canonicalize(root).map_err(Error::io("find", root))?;
    let device = fs::metadata(&real_root).map_err(Error::io("look at", root))?.dev();
    expect_apart(plan)?;
    for (path, hash) in &plan.seen.files {
        expect_unchanged(root, path, *hash)?;
    }
    for (path, names) in &plan.seen.folders {
        if read::names(root, path)? != *names {
            return Err(Error::Stale { path: path.clone() });
        }
    }
    let (mut targets, mut real_paths) = (Vec::new(), BTreeMap::new());
    for change in &plan.changes {
        let full = change.path.under(root);
        if change.after.is_none() && full.is_symlink() {
            return Err(conflict(&change.path, "is a symbolic link, which is not ours to remove"));
        }
        let (exists, missing) = nearest(&full);
        let real = fs::canonicalize(&exists).map_err(Error::io("find", &exists))?;
        let below = real.strip_prefix(&real_root).map_err(|_| leads_out(&change.path, &real))?;
        let path = if missing.as_os_str().is_empty() { below.to_owned() } else { below.join(&missing) };
        if let Some(other) = real_paths.insert(path.clone(), &change.path) {
            return Err(conflict(&change.path, &format!("is the same file as {other}, by a symbolic link")));
        }
        expect_unchanged(root, &change.path, change.before.as_deref().map(read::hash))?;
        let metadata = fs::metadata(&real).map_err(Error::io("look at", &real))?;
        if metadata.dev() != device {
            return Err(conflict(&change.path, "lies on another file system than the root of the tree"));
        }
        let mode = metadata.permissions().mode();
        if mode & 0o200 == 0 {
            return Err(conflict(&change.path, "is read-only: its owner may not write it"));
        }
        let mode = missing.as_os_str().is_empty().then_some(mode & 0o7777);
        targets.push(Target { path, mode });
    }
    Ok(targets)
}

/// Refuses paths of which one could be in the other's way: a file where the other needs a folder, or the same name
/// but for case, which is one file on a file system that doesn't tell them apart.
fn expect_apart(plan: &Plan) -> Result<()> {
    let mut taken: BTreeMap<String, &TreePath> = BTreeMap::new();
    for change in &plan.changes {
        if let Some(other) = taken.insert(change.path.as_str().to_lowercase(), &change.path) {
            return Err(conflict(
                &change.path,
                &format!("can't be beside {other}: they differ in case only"),
            ));
        }
    }
    for change in &plan.changes {
        for folder in change.path.ancestors() {
            if let Some(other) = taken.get(&folder.as_str().to_lowercase()) {
                return Err(conflict(&change.path, &format!("can't be in {other}, which is a file")));
            }
        }
    }
    Ok(())
}

/// Refuses a file that is no longer what the plan was made of.
fn expect_unchanged(root: &Path, path: &TreePath, hash: Option<Hash>) -> Result<()> {
    let now = read::bytes(root, path)?.as_deref().map(read::hash);
    if now == hash { Ok(()) } else { Err(Error::Stale { path: path.clone() }) }
}

/// The nearest path at or above `full` that is there, and what is missing from there on.
fn nearest(full: &Path) -> (PathBuf, PathBuf) {
    for ancestor in full.ancestors() {
        // A link that leads nowhere is there, too: it must not be replaced.
        if ancestor.symlink_metadata().is_ok() {
            let missing = full.strip_prefix(ancestor).map(Path::to_owned).unwrap_or_default();
            return (ancestor.to_owned(), missing);
        }
    }
    (full.to_owned(), PathBuf::new())
}

fn leads_out(path: &TreePath, real: &Path) -> Error {
    conflict(path, &format!("leads out of the tree, to {}", real.display()))
}

fn conflict(path: &TreePath, what: &str) -> Error {
    Error::Conflict {
        message: format!("{path} {what}"),
        hint: "nothing was written; mend that, then run again".into(),
    }
}
