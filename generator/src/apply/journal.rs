//! The transaction folder: staged files, kept files, and the journal that says what they are for.

use std::{
    collections::BTreeSet,
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Disk, FOLDER, Recovery, target::Target};
use crate::{
    error::{Error, Result},
    plan::Plan,
};

/// What a transaction does, file by file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) entries: Vec<Entry>,
}

/// One file of a transaction: where it really lies (links followed) and the hashes of its contents.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// How far a transaction came.
pub(super) enum State {
    /// Not to its commit point: no target was touched.
    Staging,
    /// To its commit point; the targets may be in between.
    Committed(Journal),
    /// To its end: only its folder is left, under another name.
    Closed(Journal),
    /// There is none.
    None,
}

const JOURNAL: &str = "journal";

/// The name of the folder once every target is in its state after.
const CLOSED: &str = ".agent-tool-transaction-closed";

impl Journal {
    /// Reads how far the transaction at `root` came.
    pub(super) fn read(root: &Path) -> Result<State> {
        if root.join(CLOSED).exists() {
            // Its sweep may have been interrupted, too.
            return Ok(State::Closed(Self::at(&root.join(CLOSED))?.unwrap_or_default()));
        }
        if !root.join(FOLDER).exists() {
            return Ok(State::None);
        }
        Ok(Self::at(&root.join(FOLDER))?.map_or(State::Staging, State::Committed))
    }

    fn at(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(JOURNAL);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| Error::Conflict {
                message: format!("{} can't be read: {error}", path.display()),
                hint: format!("the copies of the files before are in {}", folder.display()),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", path)(error)),
        }
    }

    /// What the tree is when this is done.
    pub(super) fn after(self) -> Recovery {
        let (mut created, mut deleted) = (Vec::new(), Vec::new());
        for entry in self.entries {
            match (entry.before, entry.after) {
                (None, Some(_)) => created.push(entry.path),
                (Some(_), None) => deleted.push(entry.path),
                _ => {}
            }
        }
        Recovery::After { created, deleted }
    }

    /// The folders whose names change.
    pub(super) fn parents(&self, root: &Path) -> BTreeSet<PathBuf> {
        self.entries.iter().filter_map(|entry| root.join(&entry.path).parent().map(Path::to_owned)).collect()
    }
}

impl Entry {
    pub(super) fn is_before(&self, root: &Path) -> Result<bool> {
        Ok(hash_file(&root.join(&self.path))? == self.before)
    }

    pub(super) fn is_after(&self, root: &Path) -> Result<bool> {
        Ok(hash_file(&root.join(&self.path))? == self.after)
    }

    /// Refuses to go on over a file that somebody else changed in between.
    pub(super) fn expect_before(&self, root: &Path, index: usize) -> Result<()> {
        if self.is_before(root)? { Ok(()) } else { Err(self.changed(root, index)) }
    }

    /// Refuses to go back over a file that somebody else changed in between.
    pub(super) fn expect_after(&self, root: &Path, index: usize) -> Result<()> {
        if self.is_after(root)? { Ok(()) } else { Err(self.changed(root, index)) }
    }

    fn changed(&self, root: &Path, index: usize) -> Error {
        let (path, kept) = (root.join(&self.path), kept(root, index));
        // An editor that writes into the file itself has changed its second name, too.
        let copy = match hash_file(&kept) {
            Ok(hash) if hash.is_some() && hash == self.before => format!("a copy is {}", kept.display()),
            _ => "git has it".into(),
        };
        Error::Conflict {
            message: format!("{} was changed while a command was interrupted", path.display()),
            hint: format!("bring it back to what it was ({copy}), then run the command again"),
        }
    }
}

/// Writes everything that the transaction needs into its folder, and commits it.
pub(super) fn stage(root: &Path, plan: &Plan, targets: &[Target], disk: &mut dyn Disk) -> Result<Journal> {
    let folder = root.join(FOLDER);
    disk.create_folder(&folder, true)?;
    let (mut entries, mut written) = (Vec::new(), Vec::new());
    let mut write = |disk: &mut dyn Disk, path: PathBuf, contents: &[u8], mode| {
        disk.write(&path, contents, mode)?;
        written.push(path);
        Ok(())
    };
    for (index, (change, target)) in plan.changes.iter().zip(targets).enumerate() {
        if let Some(after) = &change.after {
            write(disk, staged(root, index), after, target.mode)?;
        }
        if let Some(before) = &change.before {
            // By a second name of the file, which costs nothing, or a copy where there are no such names. The file
            // itself is never written, only replaced.
            let kept = kept(root, index);
            if disk.link(&root.join(&target.path), &kept).is_err() {
                write(disk, kept, before, target.mode)?;
            }
        }
        entries.push(Entry {
            path: target.path.clone(),
            before: change.before.as_deref().map(hash),
            after: change.after.as_deref().map(hash),
        });
    }
    let journal = Journal { entries };
    let bytes = serde_json::to_vec_pretty(&journal).map_err(|error| Error::Conflict {
        message: format!("the journal can't be written: {error}"),
        hint: "rename the file whose name is not UTF-8".into(),
    })?;
    write(disk, folder.join("journal.new"), &bytes, None)?;
    disk.sync_files(&written)?;
    disk.sync_folder(&folder)?;
    disk.sync_folder(root)?;
    disk.rename(&folder.join("journal.new"), &folder.join(JOURNAL))?;
    disk.sync_folder(&folder)?;
    Ok(journal)
}

/// Ends a transaction whose targets are all as after. Renaming its folder is the one step that tells.
pub(super) fn close(root: &Path, disk: &mut dyn Disk) -> Result<()> {
    disk.rename(&root.join(FOLDER), &root.join(CLOSED))?;
    disk.sync_folder(root)
}

/// Ends a transaction whose targets are all as before. Removing its journal is the one step that tells.
pub(super) fn abandon(root: &Path, disk: &mut dyn Disk) -> Result<()> {
    let folder = root.join(FOLDER);
    let journal = folder.join(JOURNAL);
    if journal.exists() {
        disk.unlink(&journal)?;
        disk.sync_folder(&folder)?;
    }
    remove(root, &folder, disk)
}

/// Removes what a closed transaction left.
pub(super) fn sweep(root: &Path, disk: &mut dyn Disk) -> Result<()> {
    remove(root, &root.join(CLOSED), disk)
}

fn remove(root: &Path, folder: &Path, disk: &mut dyn Disk) -> Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(Error::io("list", folder))?,
    };
    for entry in entries {
        disk.unlink(&entry.map_err(Error::io("list", folder))?.path())?;
    }
    disk.remove_folder(folder)?;
    disk.sync_folder(root)
}

/// Makes the folders that a target lies in.
pub(super) fn create_parents(root: &Path, entry: &Entry, disk: &mut dyn Disk) -> Result<()> {
    let full = root.join(&entry.path);
    let missing: Vec<_> = full.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        disk.create_folder(folder, false)?;
        if let Some(parent) = folder.parent() {
            disk.sync_folder(parent)?;
        }
    }
    Ok(())
}

/// Brings the old contents of entry `index` back to `target`. They stay in the folder: a machine that loses its power
/// now may have forgotten the new name and remember that the old one is gone.
pub(super) fn restore(root: &Path, index: usize, target: &Path, disk: &mut dyn Disk) -> Result<()> {
    let (kept, back) = (kept(root, index), root.join(FOLDER).join(format!("{index}.back")));
    if back.exists() {
        disk.unlink(&back)?;
    }
    if disk.link(&kept, &back).is_err() {
        let contents = fs::read(&kept).map_err(Error::io("read", &kept))?;
        let mode = fs::metadata(&kept).map_err(Error::io("look at", &kept))?.permissions().mode();
        disk.write(&back, &contents, Some(mode & 0o7777))?;
        disk.sync_files(std::slice::from_ref(&back))?;
    }
    disk.rename(&back, target)
}

/// The new contents of entry `index`.
pub(super) fn staged(root: &Path, index: usize) -> PathBuf {
    root.join(FOLDER).join(format!("{index}.after"))
}

/// The old contents of entry `index`.
pub(super) fn kept(root: &Path, index: usize) -> PathBuf {
    root.join(FOLDER).join(format!("{index}.before"))
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn hash_file(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(hash(&bytes))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Error::io("read", path)(error)),
    }
}
