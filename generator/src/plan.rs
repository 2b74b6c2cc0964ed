//! What a command would do to the tree, as a value: the files before and after.

use std::{collections::BTreeMap, path::Path};

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::{
    edit::{self, Change},
    error::{Error, Result},
    nix::file::NixFile,
    path::TreePath,
    read,
};

/// Every change of one command, in the order in which it is shown.
#[derive(Debug, Default)]
pub struct Plan {
    /// The changes; no path twice, none that changes nothing.
    pub changes: Vec<FileChange>,
    /// What a reviewer should know that the diff doesn't say.
    pub notes: Vec<String>,
}

/// One file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Where it lies.
    pub path: TreePath,
    /// Its bytes as they were read; nothing when there is no such file.
    pub before: Option<Vec<u8>>,
    /// Its bytes as they are to be; nothing when it is to go.
    pub after: Option<Vec<u8>>,
    /// What stands in the diff in place of contents that nobody can read.
    pub summary: Option<String>,
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is new.
    Create,
    /// It is there, before and after.
    Modify,
    /// It goes.
    Delete,
}

/// A plan in the making: files are read from the tree once, and changed in memory.
#[derive(Debug)]
pub struct Draft<'a> {
    root: &'a Path,
    order: Vec<TreePath>,
    files: BTreeMap<TreePath, FileChange>,
    notes: Vec<String>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The unified diff of all changes, as `git diff` would show it.
    #[must_use]
    pub fn diff(&self) -> String {
        self.changes.iter().map(FileChange::diff).collect()
    }
}

impl FileChange {
    /// What happens to the file.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match (&self.before, &self.after) {
            (None, _) => Kind::Create,
            (Some(_), Some(_)) => Kind::Modify,
            (Some(_), None) => Kind::Delete,
        }
    }

    /// The unified diff of this file.
    #[must_use]
    pub fn diff(&self) -> String {
        let path = &self.path;
        let mut diff = format!("diff --git a/{path} b/{path}\n");
        match self.kind() {
            Kind::Create => diff += "new file mode 100644\n",
            Kind::Delete => diff += "deleted file mode 100644\n",
            Kind::Modify => {}
        }
        let name = |side: char, bytes: &Option<Vec<u8>>| match bytes {
            Some(_) => format!("{side}/{path}"),
            None => "/dev/null".into(),
        };
        let (old, new) = (name('a', &self.before), name('b', &self.after));
        let before = text(self.before.as_deref());
        let after = text(self.after.as_deref());
        match (before, after, &self.summary) {
            (Some(before), Some(after), None) => {
                let text = TextDiff::from_lines(before, after);
                diff += &text.unified_diff().header(&old, &new).to_string();
            }
            (_, _, summary) => {
                let summary = summary.as_ref().map(|summary| format!(" ({summary})")).unwrap_or_default();
                let line = format!("Binary files {old} and {new} differ{summary}\n");
                diff += &line;
            }
        }
        diff
    }
}

impl<'a> Draft<'a> {
    /// A plan without a change, for the tree at `root`.
    #[must_use]
    pub fn new(root: &'a Path) -> Self {
        Self { root, order: Vec::new(), files: BTreeMap::new(), notes: Vec::new() }
    }

    /// Adds a file, which must not be there.
    pub fn create(&mut self, path: &TreePath, contents: impl Into<Vec<u8>>) -> Result<()> {
        let file = self.file(path)?;
        if file.after.is_some() {
            return Err(Error::Conflict {
                message: format!("{path} is there already"),
                hint: "move it away, or take another name".into(),
            });
        }
        file.after = Some(contents.into());
        Ok(())
    }

    /// Adds a file of which the diff says `summary` instead of its contents.
    pub fn create_sealed(&mut self, path: &TreePath, contents: Vec<u8>, summary: String) -> Result<()> {
        self.create(path, contents)?;
        self.file(path)?.summary = Some(summary);
        Ok(())
    }

    /// Replaces the contents of a file of which the diff says `summary` instead of its contents, or adds it.
    pub fn write_sealed(&mut self, path: &TreePath, contents: Vec<u8>, summary: String) -> Result<()> {
        let file = self.file(path)?;
        (file.after, file.summary) = (Some(contents), Some(summary));
        Ok(())
    }

    /// The bytes of a file as they stand in the plan; nothing where there is none.
    pub fn bytes(&mut self, path: &TreePath) -> Result<Option<Vec<u8>>> {
        Ok(self.file(path)?.after.clone())
    }

    /// Replaces the contents of a file, or adds it.
    pub fn write(&mut self, path: &TreePath, contents: impl Into<Vec<u8>>) -> Result<()> {
        self.file(path)?.after = Some(contents.into());
        Ok(())
    }

    /// Removes a file; none is left when there was none.
    pub fn delete(&mut self, path: &TreePath) -> Result<()> {
        self.file(path)?.after = None;
        Ok(())
    }

    /// Edits a Nix file.
    pub fn edit(&mut self, path: &TreePath, change: &Change) -> Result<()> {
        let before = self.nix(path)?;
        let after = edit::apply(&before, change)?;
        let inserts = matches!(change, Change::InsertAttribute { .. } | Change::InsertItem { .. });
        if inserts && loses_a_line(before.text(), after.text()) {
            self.notes.push(format!("{path}: a list or set on one line is broken into lines, and stays so"));
        }
        self.write(path, after.text())
    }

    /// A Nix file as it stands in the plan.
    pub fn nix(&mut self, path: &TreePath) -> Result<NixFile> {
        NixFile::parse(path, self.text(path)?)
    }

    /// The text of a file as it stands in the plan; the error of reading it where there is none.
    pub fn text(&mut self, path: &TreePath) -> Result<String> {
        match self.file(path)?.after.clone() {
            Some(bytes) => String::from_utf8(bytes).map_err(|error| Error::Malformed {
                at: crate::error::Location::file(path),
                message: error.to_string(),
            }),
            None => Err(Error::io("read", path.under(self.root))(std::io::ErrorKind::NotFound.into())),
        }
    }

    /// The text of a file as it stands in the plan; empty where there is none.
    pub fn text_or_empty(&mut self, path: &TreePath) -> Result<String> {
        if self.file(path)?.after.is_some() { self.text(path) } else { Ok(String::new()) }
    }

    /// Says something to the reviewer.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The changes so far, as they would be on disk.
    #[must_use]
    pub fn planned(&self) -> BTreeMap<TreePath, Option<Vec<u8>>> {
        self.files.iter().map(|(path, file)| (path.clone(), file.after.clone())).collect()
    }

    /// The finished plan.
    #[must_use]
    pub fn finish(mut self) -> Plan {
        let changes = self.order.iter().filter_map(|path| self.files.remove(path));
        Plan { changes: changes.filter(|it| it.before != it.after).collect(), notes: self.notes }
    }

    fn file(&mut self, path: &TreePath) -> Result<&mut FileChange> {
        if !self.files.contains_key(path) {
            let before = read::bytes(self.root, path)?;
            let change = FileChange { path: path.clone(), after: before.clone(), before, summary: None };
            self.files.insert(path.clone(), change);
            self.order.push(path.clone());
        }
        self.files.get_mut(path).ok_or_else(|| Error::Stale { path: path.clone() })
    }
}

fn text(bytes: Option<&[u8]>) -> Option<&str> {
    std::str::from_utf8(bytes.unwrap_or_default()).ok().filter(|text| !text.contains('\0'))
}

fn loses_a_line(before: &str, after: &str) -> bool {
    TextDiff::from_lines(before, after).iter_all_changes().any(|change| change.tag() == ChangeTag::Delete)
}
