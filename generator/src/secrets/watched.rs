//! What the rules' evaluator reads of a tree, remembered: a plan is made of the files that the rules import, too.

use std::{collections::BTreeMap, io, path::Path};

use crate::{
    nix::eval::{Disk, FileType, Files},
    path::TreePath,
    tree::Tree,
};

/// The files of a tree as they stand on disk.
pub(super) struct Watched<'a> {
    tree: &'a Tree,
    disk: Disk,
}

impl<'a> Watched<'a> {
    pub(super) fn new(tree: &'a Tree) -> io::Result<Self> {
        Ok(Self { tree, disk: Disk::new(tree.root())? })
    }

    /// Where a path is in the tree; nothing for its root, and for what the evaluator doesn't read anyway.
    fn below(&self, path: &Path) -> Option<TreePath> {
        TreePath::new(path.strip_prefix(self.tree.root()).ok()?.to_str()?).ok()
    }

    fn record(&self, path: &Path, contents: Option<&[u8]>) {
        if let Some(path) = self.below(path) {
            self.tree.reads().file(&path, contents);
        }
    }
}

impl Files for Watched<'_> {
    fn on_disk(&self) -> bool {
        self.disk.on_disk()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let contents = self.disk.read(path);
        match &contents {
            Ok(contents) => self.record(path, Some(contents)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.record(path, None),
            Err(_) => {}
        }
        contents
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let exists = self.disk.exists(path)?;
        if !exists {
            self.record(path, None);
        }
        Ok(exists)
    }

    fn read_dir(&self, path: &Path) -> io::Result<BTreeMap<String, FileType>> {
        let found = self.disk.read_dir(path)?;
        if let Some(path) = self.below(path) {
            self.tree.reads().folder(&path, &found.keys().cloned().collect());
        }
        Ok(found)
    }

    fn file_type(&self, path: &Path) -> io::Result<FileType> {
        self.disk.file_type(path)
    }
}
