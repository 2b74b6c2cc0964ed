//! The operations that change a disk: every one goes through here, so that tests can fail or stop at any.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    parallel,
};

/// One change of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Make a folder; a private one for its owner alone.
    CreateFolder {
        /// Which.
        path: &'a Path,
        /// Whether nobody else may look into it.
        private: bool,
    },
    /// Write a new file.
    Write {
        /// Which.
        path: &'a Path,
        /// Its contents.
        contents: &'a [u8],
        /// Its permission bits; the system's default when there are none.
        mode: Option<u32>,
    },
    /// Bring the contents of files to the disk, in any order.
    SyncFiles(&'a [PathBuf]),
    /// Give a file a second name (`man 2 link`).
    Link {
        /// The file.
        path: &'a Path,
        /// Its second name.
        name: &'a Path,
    },
    /// Give a file another name, in place of what has that name.
    Rename {
        /// From here.
        from: &'a Path,
        /// To there.
        to: &'a Path,
    },
    /// Remove a file.
    Unlink(&'a Path),
    /// Remove an empty folder.
    RemoveFolder(&'a Path),
    /// Bring a folder's names to the disk.
    SyncFolder(&'a Path),
}

/// What carries operations out.
pub trait Disk {
    /// Carries out one operation.
    fn run(&mut self, operation: &Operation<'_>) -> io::Result<()>;
}

/// The disk itself.
#[derive(Debug, Clone, Copy)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn run(&mut self, operation: &Operation<'_>) -> io::Result<()> {
        match *operation {
            Operation::CreateFolder { path, private } => {
                fs::DirBuilder::new().mode(if private { 0o700 } else { 0o777 }).create(path)
            }
            Operation::Write { path, contents, mode } => {
                let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
                if let Some(mode) = mode {
                    file.set_permissions(Permissions::from_mode(mode))?;
                }
                file.write_all(contents)
            }
            Operation::SyncFiles(paths) => {
                parallel::map_on(SYNCS, paths, |path| sync(path)).into_iter().collect()
            }
            Operation::SyncFolder(path) => sync(path),
            Operation::Link { path, name } => fs::hard_link(path, name),
            Operation::Rename { from, to } => fs::rename(from, to),
            Operation::Unlink(path) => fs::remove_file(path),
            Operation::RemoveFolder(path) => fs::remove_dir(path),
        }
    }
}

/// How many files are on their way to the disk at once. The threads wait rather than work, and the file system brings
/// to the disk together what is asked for at the same time.
const SYNCS: usize = 8;

fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

impl Operation<'_> {
    fn describe(&self) -> (&'static str, PathBuf) {
        match self {
            Self::CreateFolder { path, .. } => ("create the folder", path.to_path_buf()),
            Self::Write { path, .. } => ("write", path.to_path_buf()),
            Self::SyncFiles(paths) => {
                let folder = paths.first().and_then(|path| path.parent()).unwrap_or(Path::new("."));
                ("sync the files in", folder.to_path_buf())
            }
            Self::Link { name, .. } => ("link", name.to_path_buf()),
            Self::Rename { to, .. } => ("replace", to.to_path_buf()),
            Self::Unlink(path) => ("remove", path.to_path_buf()),
            Self::RemoveFolder(path) => ("remove the folder", path.to_path_buf()),
            Self::SyncFolder(path) => ("sync the folder", path.to_path_buf()),
        }
    }
}

/// The operations by name, with errors that name the path.
impl dyn Disk + '_ {
    pub(super) fn create_folder(&mut self, path: &Path, private: bool) -> Result<()> {
        self.checked(&Operation::CreateFolder { path, private })
    }

    /// Writes a new file, whose contents are on the disk when [`Self::sync_files`] was called for it.
    pub(super) fn write(&mut self, path: &Path, contents: &[u8], mode: Option<u32>) -> Result<()> {
        self.checked(&Operation::Write { path, contents, mode })
    }

    /// Brings files in one folder to the disk.
    pub(super) fn sync_files(&mut self, paths: &[PathBuf]) -> Result<()> {
        self.checked(&Operation::SyncFiles(paths))
    }

    pub(super) fn link(&mut self, path: &Path, name: &Path) -> Result<()> {
        self.checked(&Operation::Link { path, name })
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        self.checked(&Operation::Rename { from, to })
    }

    pub(super) fn unlink(&mut self, path: &Path) -> Result<()> {
        self.checked(&Operation::Unlink(path))
    }

    pub(super) fn remove_folder(&mut self, path: &Path) -> Result<()> {
        self.checked(&Operation::RemoveFolder(path))
    }

    pub(super) fn sync_folder(&mut self, path: &Path) -> Result<()> {
        self.checked(&Operation::SyncFolder(path))
    }

    fn checked(&mut self, operation: &Operation<'_>) -> Result<()> {
        self.run(operation).map_err(|source| {
            let (doing, path) = operation.describe();
            Error::Io { doing, path, source }
        })
    }
}
