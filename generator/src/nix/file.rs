//! One Nix file of the tree: its path, its text and what the text parses to.

use std::{
    fmt,
    path::Path,
    sync::{Arc, OnceLock},
};

use rnix::{NixLanguage, NodeOrToken, SyntaxKind::NODE_PATH_REL, SyntaxNode, ast::Expr};
use rowan::{Language, ast::AstNode};

use crate::{
    error::{Error, Location, Result},
    nix::guard::{self, Lines},
    path::TreePath,
    read,
};

/// A file that is Nix: it was parsed without an error. A clone shares the text and the syntax tree.
#[derive(Debug, Clone)]
pub struct NixFile {
    parsed: Parsed,
    root: rnix::Root,
}

/// A [`NixFile`] on its way to another thread: the nodes of a syntax tree stay on theirs.
#[derive(Clone)]
pub struct Parsed {
    path: TreePath,
    text: Arc<str>,
    syntax: rnix::Parse<rnix::Root>,
    lines: Arc<OnceLock<Lines>>,
}

impl NixFile {
    /// Parses `text`, which is or will be the file at `path`.
    pub fn parse(path: &TreePath, text: String) -> Result<Self> {
        if text.starts_with('\u{feff}') {
            let message = "the file starts with a byte order mark, which Nix doesn't take: remove it".into();
            return Err(Error::Malformed { at: Location::offset(path, &text, 0), message });
        }
        let syntax = guard::parse(&text).map_err(|error| Error::Malformed {
            at: Location { path: path.clone(), position: Some(error.position) },
            message: error.message,
        })?;
        let (text, lines) = (text.into(), Arc::default());
        Ok(Parsed { path: path.clone(), text, syntax, lines }.into_file())
    }

    /// Reads and parses the file at `path` below `root`.
    pub fn read(root: &Path, path: &TreePath) -> Result<Self> {
        Self::parse(path, read::text(root, path, read::bytes(root, path)?)?)
    }

    /// Where the file lies in the tree.
    #[must_use]
    pub fn path(&self) -> &TreePath {
        &self.parsed.path
    }

    /// The text, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.parsed.text
    }

    /// The root of the syntax tree.
    #[must_use]
    pub fn syntax(&self) -> &SyntaxNode {
        self.root.syntax()
    }

    /// The file's one expression.
    #[must_use]
    pub fn value(&self) -> Option<Expr> {
        self.root.expr()
    }

    /// The files of the tree that the paths written out here lead to, with the byte at which each is written, in order.
    #[must_use]
    pub fn references(&self) -> Vec<(TreePath, usize)> {
        let mut references = Vec::new();
        // The green tree makes nothing for each node that is looked at, as the syntax tree does.
        let mut ahead = vec![(self.syntax().green(), 0)];
        while let Some((node, start)) = ahead.pop() {
            let mut children = node.children();
            if NixLanguage::kind_from_raw(node.kind()) == NODE_PATH_REL {
                // One that is computed has several parts.
                let only = children.next().filter(|_| children.next().is_none());
                let written = only.as_ref().and_then(|only| only.as_token()).map(|token| token.text());
                let target = written.and_then(|written| self.path().resolve(written));
                references.extend(target.map(|target| (target, start)));
                continue;
            }
            let mut at = start;
            for child in children {
                let length = usize::from(child.text_len());
                if let NodeOrToken::Node(node) = child {
                    ahead.push((node, at));
                }
                at += length;
            }
        }
        references.sort_by_key(|(_, at)| *at);
        references
    }

    /// The place where `node` starts.
    #[must_use]
    pub fn location(&self, node: &SyntaxNode) -> Location {
        self.at(node.text_range().start().into())
    }

    /// The place of a byte offset of the text.
    #[must_use]
    pub fn at(&self, offset: usize) -> Location {
        let Parsed { path, text, lines, .. } = &self.parsed;
        Location::in_lines(path, text, lines.get_or_init(|| Lines::of(text)), offset)
    }

    /// This file, for another thread.
    pub(crate) fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// Whether the text is in the official nixfmt style, to the byte.
    #[must_use]
    pub fn is_formatted(&self) -> bool {
        nixfmt_rs::format(self.text()).is_ok_and(|formatted| formatted == self.text())
    }
}

impl fmt::Debug for Parsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parsed").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Parsed {
    /// The file, on this thread.
    pub(crate) fn into_file(self) -> NixFile {
        NixFile { root: self.syntax.tree(), parsed: self }
    }

    pub(crate) fn text(&self) -> &Arc<str> {
        &self.text
    }

    pub(crate) fn root(&self) -> rnix::Root {
        self.syntax.tree()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_the_paths_that_are_written_out() {
        let text = "{ a = ./b.nix; c = [ (../d) ./${a}.nix ./e ]; f = \"./g ${./h}\"; i = ./j + \"/k\"; l = ../../m; }";
        let file = NixFile::parse(&TreePath::literal("x/y.nix"), text.into()).unwrap();
        let references = file.references().into_iter();
        let references = references.map(|(path, at)| format!("{path} {}", file.at(at)));
        assert_eq!(
            references.collect::<Vec<_>>(),
            [
                "x/b.nix x/y.nix:1:7",
                "d x/y.nix:1:23",
                "x/e x/y.nix:1:40",
                "x/h x/y.nix:1:58",
                "x/j x/y.nix:1:69"
            ]
        );
    }
}
