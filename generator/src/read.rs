//! Reading files of the tree: only what is a file, so that a pipe is not waited for and a device ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    sync::Mutex,
};

use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Location, Result},
    parallel::locked,
    path::TreePath,
};

/// The SHA-256 of a file's contents.
pub(crate) type Hash = [u8; 32];

/// What was read of a tree.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// The hash of each file, nothing for one that was not there.
    pub(crate) files: BTreeMap<TreePath, Option<Hash>>,
    /// The names in each folder that was listed.
    pub(crate) folders: BTreeMap<TreePath, BTreeSet<String>>,
}

/// What is read of a tree, by whichever thread. What was seen first counts: the plan is made of that, too.
#[derive(Debug, Default)]
pub(crate) struct Reads(Mutex<Seen>);

impl Reads {
    /// Remembers what was read at `path`.
    pub(crate) fn file(&self, path: &TreePath, contents: Option<&[u8]>) {
        let hash = contents.map(hash);
        locked(&self.0).files.entry(path.clone()).or_insert(hash);
    }

    /// Remembers what was found in a folder.
    pub(crate) fn folder(&self, path: &TreePath, names: &BTreeSet<String>) {
        locked(&self.0).folders.entry(path.clone()).or_insert_with(|| names.clone());
    }

    /// Everything that was seen.
    pub(crate) fn all(&self) -> Seen {
        locked(&self.0).clone()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *locked(&self.0) = Seen::default();
    }
}

/// The hash of `contents`.
pub(crate) fn hash(contents: &[u8]) -> Hash {
    Sha256::digest(contents).into()
}

/// The names in a folder; none when there is no such folder. Of the root's not those that are hidden: programs have theirs
/// there.
pub(crate) fn names(root: &Path, path: &TreePath) -> Result<BTreeSet<String>> {
    let full = path.under(root);
    if !full.exists() {
        return Ok(BTreeSet::new());
    }
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(&full).map_err(Error::io("list", &full))? {
        let entry = entry.map_err(Error::io("list", &full))?;
        names.extend(entry.file_name().into_string().ok());
    }
    if path.is_root() {
        names.retain(|name| !name.starts_with('.'));
    }
    Ok(names)
}

/// The contents of a file; nothing when there is none.
pub(crate) fn bytes(root: &Path, path: &TreePath) -> Result<Option<Vec<u8>>> {
    let full = path.under(root);
    let missing =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    match fs::metadata(&full) {
        Ok(metadata) if metadata.is_file() => fs::read(&full).map(Some).map_err(Error::io("read", full)),
        Ok(_) => Err(Error::Conflict {
            message: format!("{path} is no file"),
            hint: "it is not read; put a file in its place".into(),
        }),
        Err(error) if missing(&error) => Ok(None),
        Err(error) => Err(Error::io("read", full)(error)),
    }
}

/// The text that a file's contents are; the error of reading it when there is none.
pub(crate) fn text(root: &Path, path: &TreePath, contents: Option<Vec<u8>>) -> Result<String> {
    let contents = contents
        .ok_or_else(|| Error::io("read", path.under(root))(io::Error::from_raw_os_error(NO_SUCH_FILE)))?;
    String::from_utf8(contents).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
        Error::Malformed {
            at: Location::offset(path, &text, valid),
            message: "this is not UTF-8 text".into(),
        }
    })
}

/// `ENOENT` (`man 3 errno`), for the words that the system has for it.
const NO_SUCH_FILE: i32 = 2;
