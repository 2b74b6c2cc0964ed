//! Paths inside the tree.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// A path below the root of the tree: relative, `/`-separated, without `.` or `..`, so that it can't lead out.
///
/// Symbolic links may still lead out: `apply` looks at those. The root itself is [`TreePath::ROOT`], which no text is parsed
/// to but that of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct TreePath(String);

/// Why a text is no [`TreePath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a path below the tree's root: no leading `/`, no `.`, `..` or empty part, no line break"
)]
pub struct TreePathError(String);

impl TreePath {
    /// The root of the tree: its name is empty.
    pub const ROOT: Self = Self(String::new());

    /// Parses a path as people write it in a file.
    pub fn new(text: impl Into<String>) -> Result<Self, TreePathError> {
        let text = text.into();
        let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        if text.split('/').all(plain) && !text.contains(['\n', '\r', '\0', '\\']) {
            Ok(Self(text))
        } else {
            Err(TreePathError(text))
        }
    }

    /// Parses a folder, which may be the root: `.`.
    pub fn folder(text: impl Into<String>) -> Result<Self, TreePathError> {
        let text = text.into();
        if text == "." { Ok(Self::ROOT) } else { Self::new(text) }
    }

    /// A path that is written in the program.
    pub(crate) fn literal(text: &'static str) -> Self {
        debug_assert!(Self::new(text).is_ok());
        Self(text.into())
    }

    /// A path below this one. `part` is a name, or several with `/` between them.
    #[must_use]
    pub fn join(&self, part: impl fmt::Display) -> Self {
        if self.is_root() { Self(part.to_string()) } else { Self(format!("{self}/{part}")) }
    }

    /// Whether it is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The folder that it lies in, which may be the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        self.ancestors().next().unwrap_or(Self::ROOT)
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the file's name ends in `.` and `extension`.
    #[must_use]
    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.0).extension().is_some_and(|it| it == extension)
    }

    /// The path on disk, below `root`.
    #[must_use]
    pub fn under(&self, root: &Path) -> PathBuf {
        root.join(&self.0)
    }

    /// The folders that it lies in, from the innermost outwards; the root itself is not one of them.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        let parent = |path: &str| path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
        std::iter::successors(parent(&self.0), move |path| parent(path)).map(Self)
    }

    /// Whether it lies in `folder`, or in a folder below; the root's name is empty.
    #[must_use]
    pub fn is_below(&self, folder: &str) -> bool {
        folder.is_empty() || self.0.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The path that a Nix file at `self` writes to reach `target`: `./qcow.nix`, `../../secrets/x.age`.
    #[must_use]
    pub fn reference(&self, target: &Self) -> String {
        let here: Vec<&str> = self.0.split('/').collect();
        let there: Vec<&str> = target.0.split('/').collect();
        let folders = here.len() - 1;
        let shared =
            here.iter().zip(&there).take(folders.min(there.len() - 1)).take_while(|(a, b)| a == b).count();
        let up = folders - shared;
        // The folder that the file lies in.
        if there == here.split_last().map(|(_, folder)| folder).unwrap_or_default() {
            return "./.".to_owned();
        }
        let start = if up == 0 { "./".to_owned() } else { "../".repeat(up) };
        there
            .iter()
            .skip(shared)
            .fold(start, |path, part| if path.ends_with('/') { path + part } else { path + "/" + part })
    }

    /// What `reference`, written in the Nix file at `self`, reaches inside the tree.
    #[must_use]
    pub fn resolve(&self, reference: &str) -> Option<Self> {
        let mut parts: Vec<&str> = self.0.split('/').collect();
        parts.pop();
        for component in Path::new(reference).components() {
            match component {
                Component::CurDir => {}
                Component::ParentDir => drop(parts.pop()?),
                Component::Normal(part) => parts.push(part.to_str()?),
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Self::new(parts.join("/")).ok()
    }
}

impl TryFrom<String> for TreePath {
    type Error = TreePathError;

    fn try_from(text: String) -> Result<Self, TreePathError> {
        Self::new(text)
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> TreePath {
        TreePath::new(text).unwrap()
    }

    #[test]
    fn leads_nowhere_else() {
        for text in ["", "/etc/passwd", "a/../../b", "..", ".", "a//b", "a/", "a\nb", "./a"] {
            assert!(TreePath::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn is_written_from_another_file_and_read_there() {
        for (from, to, reference) in [
            ("hosts/agent-x/default.nix", "hosts/agent-x/qcow.nix", "./qcow.nix"),
            ("hosts/agent-x/default.nix", "secrets/x.age", "../../secrets/x.age"),
            ("hosts/agent-x/default.nix", "hosts/common/base.nix", "../common/base.nix"),
            ("flake.nix", "hosts/agent-x", "./hosts/agent-x"),
            ("hosts/agent-x/default.nix", "hosts/agent-x", "./."),
        ] {
            assert_eq!(path(from).reference(&path(to)), reference);
            assert_eq!(path(from).resolve(reference), Some(path(to)));
        }
        assert_eq!(path("flake.nix").resolve("../outside"), None);
        assert_eq!(path("flake.nix").resolve("/etc"), None);
    }

    #[test]
    fn knows_its_folders() {
        let folders: Vec<_> = path("a/b/c.nix").ancestors().map(|folder| folder.0).collect();
        assert_eq!(folders, ["a/b", "a"]);
        assert_eq!((path("a/b").parent(), path("a").parent()), (path("a"), TreePath::ROOT));
    }

    #[test]
    fn may_be_a_folder_that_is_the_root() {
        let root = TreePath::folder(".").unwrap();
        assert_eq!((root.to_string(), root.join("a")), (".".to_owned(), path("a")));
        assert_eq!((TreePath::folder("a"), TreePath::folder("")), (Ok(path("a")), TreePath::new("")));
    }
}
