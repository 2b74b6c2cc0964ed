//! Where the files that expressions lead to are read from.

use super::Value;
use crate::{nix::file::NixFile, path::TreePath};

/// Where the files that expressions lead to are read from.
pub trait Files {
    /// The Nix file at `path`, where there is one that parses.
    fn nix(&self, path: &TreePath) -> Option<NixFile>;
    /// Whether a file is at `path`.
    fn is_file(&self, path: &TreePath) -> bool;
    /// Whether a folder is at `path`.
    fn is_folder(&self, path: &TreePath) -> bool;
    /// The Nix files below a folder that have `word` in them.
    fn with_word(&self, folder: &TreePath, word: &str) -> Vec<TreePath>;
    /// What is in a folder, sorted by name.
    fn entries(&self, folder: &TreePath) -> Vec<DirEntry>;
}

/// What is in a folder by one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirEntry {
    /// The name.
    pub name: String,
    /// Whether it is a folder itself.
    pub is_folder: bool,
}

impl DirEntry {
    /// Its type, as `readDir` says it.
    #[must_use]
    pub fn kind(&self) -> Value {
        Value::Text(if self.is_folder { "directory" } else { "regular" }.to_owned())
    }
}
