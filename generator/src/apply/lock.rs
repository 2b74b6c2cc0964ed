//! One writer at a time.

use std::{
    fs::{self, File, TryLockError},
    os::unix::fs::MetadataExt,
    path::Path,
};

use crate::error::{Error, Result};

/// The right to change a tree: an advisory lock (`man 2 flock`) on its root folder, which leaves no file behind
/// and ends with the process.
#[derive(Debug)]
pub struct Lock {
    _root: File,
}

impl Lock {
    /// Takes the lock of the tree at `root`; waits for whoever has it if `wait`, else fails with
    /// [`Error::Locked`].
    pub fn acquire(root: &Path, wait: bool) -> Result<Self> {
        let file = File::open(root).map_err(Error::io("open", root))?;
        if wait {
            file.lock().map_err(Error::io("lock", root))?;
            return Ok(Self { _root: file });
        }
        match file.try_lock() {
            Ok(()) => Ok(Self { _root: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { holder: holder(&file) }),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", root)(error)),
        }
    }
}

/// The process that holds the lock, from `/proc/locks` (`man 5 proc`): `1: FLOCK ADVISORY WRITE PID MAJ:MIN:INODE …`.
fn holder(file: &File) -> Option<u32> {
    let inode = format!(":{}", file.metadata().ok()?.ino());
    let locks = fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, "WRITE", pid, device, ..] = fields.as_slice() else { return None };
        device.ends_with(&inode).then(|| pid.parse().ok())?
    })
}
