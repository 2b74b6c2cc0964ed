//! The only writer of the tree: a plan's changes land together or not at all, whatever happens in between.
//!
//! 1. The new contents are written into one folder at the root of the tree, and the old ones linked there.
//!    Nothing else is touched; a crash leaves that folder, and the next run removes it.
//! 2. A journal with the hashes of before and after is renamed into place there: the commit point.
//! 3. The new files are renamed to their targets, the deleted ones unlinked, the folders synced. A crash leaves
//!    a tree in between, and the next run goes on from the journal: forward, or back where a target can't be
//!    written.
//! 4. The folder is renamed, which ends the transaction. It is removed when git's index is in line with the tree,
//!    too, which is the caller's to do.

mod disk;
mod journal;
mod lock;
mod target;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

pub use disk::{Disk, Operation, RealDisk};
pub use lock::{Lock, lock_soon};

use crate::{
    error::{Error, Result},
    plan::Plan,
};
use journal::{Entry, Journal, State};

/// An interrupted run that was brought to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// The tree is as it was before the interrupted command.
    Before,
    /// The tree is as the interrupted command meant it to be.
    After {
        /// The files that it made, below the root.
        created: Vec<PathBuf>,
        /// The files that it removed, below the root.
        deleted: Vec<PathBuf>,
    },
}

/// The name of the transaction folder at the root of the tree.
pub const FOLDER: &str = ".agent-tool-transaction";

/// Brings `plan` into the tree at `root`. [`sweep`] is left to do, once what follows the tree is in line with it.
///
/// The files must be as the plan read them: otherwise nothing is written ([`Error::Stale`]). When a write fails,
/// what was written before it is taken back; should that fail too, the next [`recover`] does it.
pub fn apply(_lock: &Lock, root: &Path, plan: &Plan, disk: &mut dyn Disk) -> Result<()> {
    if plan.is_empty() {
        return Ok(());
    }
    let targets = target::resolve(root, plan)?;
    journal::sweep(root, disk)?;
    let journal = match journal::stage(root, plan, &targets, disk) {
        Ok(journal) => journal,
        Err(error) => {
            // Nothing outside the folder was touched; what can't be cleaned up now, the next run does.
            let _ = journal::abandon(root, disk);
            return Err(error);
        }
    };
    if let Err(error) = finish(root, &journal, disk) {
        undo(root, &journal, disk)?;
        journal::abandon(root, disk)?;
        return Err(error);
    }
    journal::close(root, disk)
}

/// Whether the tree may be in between: an interrupted run left it so, or another one is at work.
pub fn is_pending(root: &Path) -> Result<bool> {
    Ok(matches!(Journal::read(root)?, State::Staging | State::Committed(_)))
}

/// Brings a run that was interrupted to its end; nothing when there was none. [`sweep`] is left to do, as for
/// [`apply`].
pub fn recover(_lock: &Lock, root: &Path, disk: &mut dyn Disk) -> Result<Option<Recovery>> {
    match Journal::read(root)? {
        State::None => Ok(None),
        State::Closed(journal) => Ok(Some(journal.after())),
        State::Staging => {
            journal::abandon(root, disk)?;
            Ok(Some(Recovery::Before))
        }
        State::Committed(journal) => match finish(root, &journal, disk) {
            Ok(()) => {
                journal::close(root, disk)?;
                Ok(Some(journal.after()))
            }
            Err(Error::Io { .. }) => {
                undo(root, &journal, disk)?;
                journal::abandon(root, disk)?;
                Ok(Some(Recovery::Before))
            }
            Err(error) => Err(error),
        },
    }
}

/// Removes what a run that is done leaves: until then the next one is told by [`recover`] what it did.
pub fn sweep(_lock: &Lock, root: &Path, disk: &mut dyn Disk) -> Result<()> {
    journal::sweep(root, disk)
}

/// Brings every target to its state after.
fn finish(root: &Path, journal: &Journal, disk: &mut dyn Disk) -> Result<()> {
    for (index, entry) in journal.entries.iter().enumerate() {
        if entry.is_after(root)? {
            continue;
        }
        entry.expect_before(root, index)?;
        let target = root.join(&entry.path);
        if entry.after.is_some() {
            journal::create_parents(root, entry, disk)?;
            disk.rename(&journal::staged(root, index), &target)?;
        } else {
            disk.unlink(&target)?;
        }
    }
    sync_parents(root, journal, disk)?;
    remove_emptied(root, journal, |entry| entry.after.is_none(), disk)
}

/// Brings every target back to its state before.
fn undo(root: &Path, journal: &Journal, disk: &mut dyn Disk) -> Result<()> {
    for (index, entry) in journal.entries.iter().enumerate().rev() {
        if entry.is_before(root)? {
            continue;
        }
        entry.expect_after(root, index)?;
        let target = root.join(&entry.path);
        if entry.before.is_some() {
            journal::create_parents(root, entry, disk)?;
            journal::restore(root, index, &target, disk)?;
        } else {
            disk.unlink(&target)?;
        }
    }
    sync_parents(root, journal, disk)?;
    remove_emptied(root, journal, |entry| entry.before.is_none(), disk)
}

fn sync_parents(root: &Path, journal: &Journal, disk: &mut dyn Disk) -> Result<()> {
    for parent in journal.parents(root).into_iter().filter(|parent| parent.is_dir()) {
        disk.sync_folder(&parent)?;
    }
    Ok(())
}

/// Removes the folders that hold nothing any more now that the files that `gone` tells are gone.
fn remove_emptied(
    root: &Path,
    journal: &Journal,
    gone: impl Fn(&Entry) -> bool,
    disk: &mut dyn Disk,
) -> Result<()> {
    let mut parents = BTreeSet::new();
    for entry in journal.entries.iter().filter(|entry| gone(entry)) {
        let full = root.join(&entry.path);
        for folder in full.ancestors().skip(1).take_while(|folder| *folder != root) {
            match std::fs::read_dir(folder).map(Iterator::count) {
                Ok(0) => {}
                // An interrupted run removed this one; the one around it may be empty now.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                _ => break,
            }
            disk.remove_folder(folder)?;
            parents.remove(folder);
            parents.extend(folder.parent().map(Path::to_owned));
        }
    }
    // A power loss must not bring back an empty folder that nobody knows of any more.
    parents.iter().try_for_each(|parent| disk.sync_folder(parent))
}
