//! What a command would do to the tree, as a value: the files before and after.

use std::collections::BTreeMap;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::{
    edit::{self, Change},
    error::{Error, Result},
    nix::file::NixFile,
    parallel,
    path::TreePath,
    read::Seen,
    tree::Tree,
};

/// Every change of one command, in the order in which it is shown.
#[derive(Debug, Default)]
pub struct Plan {
    /// The changes; no path twice, none that changes nothing.
    pub changes: Vec<FileChange>,
    /// What a reviewer should know that the diff doesn't say.
    pub notes: Vec<String>,
    /// What the plan was made of.
    pub(crate) seen: Seen,
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
    tree: &'a Tree,
    order: Vec<TreePath>,
    files: BTreeMap<TreePath, FileChange>,
    /// The files that are edited as Nix, as they stand.
    edited: BTreeMap<TreePath, Edited>,
    notes: Vec<String>,
}

/// A Nix file with edits, which are not formatted yet.
#[derive(Debug)]
struct Edited {
    file: NixFile,
    /// Whether every edit was an insertion.
    inserted_only: bool,
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
    /// A plan without a change.
    #[must_use]
    pub fn new(tree: &'a Tree) -> Self {
        let (order, notes) = (Vec::new(), Vec::new());
        Self { tree, order, files: BTreeMap::new(), edited: BTreeMap::new(), notes }
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
        self.edited.remove(path);
        self.file(path)?.after = Some(contents.into());
        Ok(())
    }

    /// Removes a file; none is left when there was none.
    pub fn delete(&mut self, path: &TreePath) -> Result<()> {
        self.edited.remove(path);
        self.file(path)?.after = None;
        Ok(())
    }

    /// Edits a Nix file. The edits of a file that was formatted are formatted when the plan is finished, all at once.
    pub fn edit(&mut self, path: &TreePath, change: &Change) -> Result<()> {
        self.edit_all(path, std::slice::from_ref(change))
    }

    /// [`edit`], by several changes: the file is parsed once for all of them.
    ///
    /// [`edit`]: Self::edit
    pub fn edit_all(&mut self, path: &TreePath, changes: &[Change]) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let file = edit::insert_or_delete(&self.nix(path)?, changes)?;
        let inserts =
            |change: &Change| matches!(change, Change::InsertAttribute { .. } | Change::InsertItem { .. });
        self.edited(file, changes.iter().all(inserts))
    }

    /// Takes a Nix file as it is after an edit, which was an insertion or not; it is formatted as those of [`edit`] are.
    ///
    /// [`edit`]: Self::edit
    pub fn edited(&mut self, file: NixFile, inserts: bool) -> Result<()> {
        let path = &file.path().clone();
        let inserted_only = inserts && self.edited.get(path).is_none_or(|edited| edited.inserted_only);
        self.write(path, file.text())?;
        self.edited.insert(path.clone(), Edited { file, inserted_only });
        Ok(())
    }

    /// A Nix file as it stands in the plan.
    pub fn nix(&mut self, path: &TreePath) -> Result<NixFile> {
        match (self.edited.get(path), self.files.get(path)) {
            (Some(edited), _) => Ok(edited.file.clone()),
            (None, None) => self.tree.nix(path),
            (None, Some(_)) => NixFile::parse(path, self.text(path)?),
        }
    }

    /// The text of a file as it stands in the plan; the error of reading it where there is none.
    pub fn text(&mut self, path: &TreePath) -> Result<String> {
        match self.file(path)?.after.clone() {
            Some(bytes) => String::from_utf8(bytes).map_err(|error| Error::Malformed {
                at: crate::error::Location::file(path),
                message: error.to_string(),
            }),
            None => Err(Error::io("read", path.under(self.tree.root()))(std::io::ErrorKind::NotFound.into())),
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

    /// The finished plan: files that were in the official style are so again.
    pub fn finish(mut self) -> Result<Plan> {
        self.format()?;
        let changes = self.order.iter().filter_map(|path| self.files.remove(path));
        let changes = changes.filter(|it| it.before != it.after).collect();
        Ok(Plan { changes, notes: self.notes, seen: self.tree.reads().all() })
    }

    fn format(&mut self) -> Result<()> {
        let mut texts = Vec::new();
        for (path, edited) in &self.edited {
            let before =
                self.files.get(path).and_then(|file| text(file.before.as_deref())).unwrap_or_default();
            texts.push((path.clone(), before.to_owned(), edited.file.text().to_owned()));
        }
        let formatted = parallel::map(&texts, |(path, before, after)| edit::format_like(path, before, after));
        for ((path, before, after), formatted) in texts.iter().zip(formatted) {
            let Some(edited) = self.edited.remove(path) else { continue };
            let formatted = formatted?.unwrap_or_else(|| after.clone());
            if formatted != *after {
                edit::expect_same(&edited.file, &formatted)?;
            }
            if edited.inserted_only && loses_a_line(before, &formatted) {
                let note = "a list or set on one line is broken into lines, and stays so";
                self.notes.push(format!("{path}: {note}"));
            }
            self.write(path, formatted)?;
        }
        Ok(())
    }

    fn file(&mut self, path: &TreePath) -> Result<&mut FileChange> {
        if !self.files.contains_key(path) {
            let before = self.tree.read(path)?;
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

/// Whether a line of `before` is none of `after`, but for the lines that both start or end with.
fn loses_a_line(before: &str, after: &str) -> bool {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let start = before.iter().zip(&after).take_while(same).count();
    let longest = before.len().min(after.len()) - start;
    let end = before.iter().rev().zip(after.iter().rev()).take(longest).take_while(same).count();
    let before = before.get(start..before.len() - end).unwrap_or_default();
    let after = after.get(start..after.len() - end).unwrap_or_default();
    TextDiff::from_slices(before, after).iter_all_changes().any(|change| change.tag() == ChangeTag::Delete)
}
