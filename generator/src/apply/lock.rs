//! One writer at a time.

use std::{
    fs::{self, File, TryLockError},
    os::unix::fs::MetadataExt,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
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
        match lock_soon(&file) {
            Ok(()) => Ok(Self { _root: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { holder: holder(&file) }),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", root)(error)),
        }
    }
}

/// Takes the advisory lock of a file, within a second or not at all.
///
/// A process that was killed while it started a program may still seem to have its lock: the new process has the file,
/// too, for the few milliseconds until it becomes that program (`man 2 execve` closes it).
pub fn lock_soon(file: &File) -> std::result::Result<(), TryLockError> {
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if start.elapsed() < Duration::from_secs(1) => {
                sleep(Duration::from_millis(5));
            }
            result => return result,
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

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_lock_that_a_dying_process_still_has_is_waited_for() {
        let dir = TempDir::new().unwrap();
        let lock = File::open(dir.path()).unwrap();
        lock.lock().unwrap();
        let mut heir = Command::new("sleep").arg("0.1").stdin(Stdio::from(lock)).spawn().unwrap();
        assert!(File::open(dir.path()).unwrap().try_lock().is_err(), "the heir has it");
        Lock::acquire(dir.path(), false).unwrap();
        heir.wait().unwrap();
    }
}
