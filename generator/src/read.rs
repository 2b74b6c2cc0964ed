//! Reading files of the tree: only what is a file, so that a pipe is not waited for and a device ends.

use std::{fs, io, path::Path};

use crate::{
    error::{Error, Location, Result},
    path::TreePath,
};

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

/// The text of a file, which must be there.
pub(crate) fn text(root: &Path, path: &TreePath) -> Result<String> {
    let bytes = bytes(root, path)?
        .ok_or_else(|| Error::io("read", path.under(root))(io::Error::from_raw_os_error(NO_SUCH_FILE)))?;
    String::from_utf8(bytes).map_err(|error| {
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
