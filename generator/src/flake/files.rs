//! Files as they stand in a plan, for who follows what they mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    error::Result,
    nix::{
        file::NixFile,
        follow::{DirEntry, Files},
    },
    path::TreePath,
    tree::Tree,
};

/// The files as they stand in a plan.
#[derive(Debug)]
pub struct Planned<'a> {
    pub(super) tree: &'a Tree,
    planned: BTreeMap<TreePath, Option<Vec<u8>>>,
}

impl<'a> Planned<'a> {
    /// The files of `tree`, but those that `planned` has, which stand there as they will be.
    #[must_use]
    pub fn new(tree: &'a Tree, planned: BTreeMap<TreePath, Option<Vec<u8>>>) -> Self {
        Self { tree, planned }
    }

    /// The files of `tree` as they are.
    #[must_use]
    pub fn none(tree: &'a Tree) -> Self {
        Self::new(tree, BTreeMap::new())
    }

    /// Reads and parses a Nix file.
    pub(super) fn read(&self, path: &TreePath) -> Result<NixFile> {
        match self.planned.get(path) {
            Some(Some(bytes)) => NixFile::parse(path, String::from_utf8_lossy(bytes).into_owned()),
            _ => self.tree.nix(path),
        }
    }

    /// The Nix files of the whole tree that have `word` in them, but hidden ones.
    pub(super) fn all_with_word(&self, word: &str) -> Vec<TreePath> {
        let root = self.tree.root();
        let visible = |entry: &walkdir::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
        let entries = walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter();
        let entries = entries.filter_entry(visible).filter_map(std::result::Result::ok);
        let files = entries.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
            let path = entry.path().strip_prefix(root).ok()?.to_str()?;
            TreePath::new(path).ok()
        });
        self.those_with_word(files, word)
    }

    fn those_with_word(&self, files: impl Iterator<Item = TreePath>, word: &str) -> Vec<TreePath> {
        let has_word = |path: &TreePath| match self.planned.get(path) {
            Some(contents) => String::from_utf8_lossy(contents.as_deref().unwrap_or_default()).contains(word),
            None => self.tree.text(path).is_ok_and(|text| text.is_some_and(|text| text.contains(word))),
        };
        files.filter(|path| path.has_extension("nix") && has_word(path)).collect()
    }

    /// Whether the plan takes the file away.
    fn goes(&self, path: &TreePath) -> bool {
        matches!(self.planned.get(path), Some(None))
    }

    /// Whether a file is at `path`, or a folder with a `default.nix`.
    pub(super) fn is_there(&self, path: &TreePath) -> bool {
        let file = |path: &TreePath| match self.planned.get(path) {
            Some(contents) => contents.is_some(),
            None => self.tree.has(path),
        };
        file(path) || file(&path.join("default.nix"))
    }
}

impl Files for Planned<'_> {
    fn nix(&self, path: &TreePath) -> Option<NixFile> {
        if self.goes(path) { None } else { self.read(path).ok() }
    }

    fn is_file(&self, path: &TreePath) -> bool {
        match self.planned.get(path) {
            Some(contents) => contents.is_some(),
            None => path.under(self.tree.root()).is_file(),
        }
    }

    fn is_folder(&self, path: &TreePath) -> bool {
        path.under(self.tree.root()).is_dir()
            || self.planned.iter().any(|(file, contents)| contents.is_some() && file.is_below(path.as_str()))
    }

    fn with_word(&self, folder: &TreePath, word: &str) -> Vec<TreePath> {
        let mut files: BTreeSet<_> = self.tree.files_below(folder).unwrap_or_default().into_iter().collect();
        files.extend(self.planned.keys().filter(|path| path.is_below(folder.as_str())).cloned());
        self.those_with_word(files.into_iter(), word)
    }

    fn entries(&self, folder: &TreePath) -> Vec<DirEntry> {
        let is_folder = |name: &str| folder.join(name).under(self.tree.root()).is_dir();
        let names = self.tree.folder(folder).unwrap_or_default().into_iter();
        let names = names.filter(|name| !self.goes(&folder.join(name)));
        let mut entries: Vec<_> = names.map(|name| DirEntry { is_folder: is_folder(&name), name }).collect();
        let there = self.planned.iter().filter(|(_, contents)| contents.is_some());
        add_files(&mut entries, folder, there.map(|(path, _)| path));
        entries
    }
}

/// The files of a plan, some of them edited or new, and those of a new host as if they were there.
#[derive(Debug)]
pub(super) struct Edited<'a> {
    /// The plan.
    pub(super) planned: &'a Planned<'a>,
    /// The files that are edited, or new.
    pub(super) files: &'a [NixFile],
    /// The new host's own file.
    pub(super) own: Option<TreePath>,
}

impl Edited<'_> {
    fn written(&self, path: &TreePath) -> Option<&NixFile> {
        self.files.iter().find(|file| file.path() == path)
    }

    /// The paths of what is edited or new.
    fn paths(&self) -> impl Iterator<Item = &TreePath> {
        self.files.iter().map(NixFile::path).chain(&self.own)
    }
}

impl Files for Edited<'_> {
    fn nix(&self, path: &TreePath) -> Option<NixFile> {
        self.written(path).cloned().or_else(|| self.planned.nix(path))
    }

    fn is_file(&self, path: &TreePath) -> bool {
        self.written(path).is_some() || self.own.as_ref() == Some(path) || self.planned.is_file(path)
    }

    fn is_folder(&self, path: &TreePath) -> bool {
        self.paths().any(|file| file.is_below(path.as_str())) || self.planned.is_folder(path)
    }

    fn with_word(&self, folder: &TreePath, word: &str) -> Vec<TreePath> {
        let mut paths = self.planned.with_word(folder, word);
        paths.retain(|path| self.written(path).is_none());
        let has_word = |file: &&NixFile| file.path().is_below(folder.as_str()) && file.text().contains(word);
        paths.extend(self.files.iter().filter(has_word).map(|file| file.path().clone()));
        paths
    }

    fn entries(&self, folder: &TreePath) -> Vec<DirEntry> {
        let mut entries = self.planned.entries(folder);
        add_files(&mut entries, folder, self.paths());
        entries
    }
}

/// Adds what lies in `folder` of `files`, and of the folders that these lie in, to its entries.
fn add_files<'a>(entries: &mut Vec<DirEntry>, folder: &TreePath, files: impl Iterator<Item = &'a TreePath>) {
    for file in files.filter(|file| file.is_below(folder.as_str())) {
        let below = file.as_str().strip_prefix(folder.as_str()).unwrap_or_default();
        let mut parts = below.trim_start_matches('/').split('/').map(str::to_owned);
        let Some(name) = parts.next().filter(|name| !entries.iter().any(|entry| entry.name == *name)) else {
            continue;
        };
        entries.push(DirEntry { name, is_folder: parts.next().is_some() });
    }
}
