//! One Nix file of the tree: its path, its text and what the text parses to.

use std::{cell::OnceCell, path::Path, rc::Rc};

use rnix::{SyntaxNode, ast::Expr};
use rowan::ast::AstNode;

use crate::{
    error::{Error, Location, Result},
    nix::{
        guard::{self, Lines},
        literal,
    },
    path::TreePath,
    read,
};

/// A file that is Nix: it was parsed without an error. A clone shares the text and the syntax tree.
#[derive(Debug, Clone)]
pub struct NixFile {
    path: TreePath,
    text: Rc<str>,
    root: rnix::Root,
    lines: Rc<OnceCell<Lines>>,
}

impl NixFile {
    /// Parses `text`, which is or will be the file at `path`.
    pub fn parse(path: &TreePath, text: String) -> Result<Self> {
        if text.starts_with('\u{feff}') {
            let message = "the file starts with a byte order mark, which Nix doesn't take: remove it".into();
            return Err(Error::Malformed { at: Location::offset(path, &text, 0), message });
        }
        let root = guard::parse(&text).map_err(|error| Error::Malformed {
            at: Location { path: path.clone(), position: Some(error.position) },
            message: error.message,
        })?;
        Ok(Self { path: path.clone(), text: text.into(), root, lines: Rc::default() })
    }

    /// Reads and parses the file at `path` below `root`.
    pub fn read(root: &Path, path: &TreePath) -> Result<Self> {
        Self::parse(path, read::text(root, path, read::bytes(root, path)?)?)
    }

    /// Where the file lies in the tree.
    #[must_use]
    pub fn path(&self) -> &TreePath {
        &self.path
    }

    /// The text, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
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

    /// The files of the tree that the paths written out here lead to, with where each is written.
    #[must_use]
    pub fn references(&self) -> Vec<(TreePath, Location)> {
        let exprs = self.syntax().descendants().filter_map(Expr::cast);
        let references = exprs.filter_map(|expr| {
            let target = self.path.resolve(&literal::relative_path(&expr)?)?;
            Some((target, self.location(expr.syntax())))
        });
        references.collect()
    }

    /// The place where `node` starts.
    #[must_use]
    pub fn location(&self, node: &SyntaxNode) -> Location {
        self.at(node.text_range().start().into())
    }

    /// The place of a byte offset of the text.
    #[must_use]
    pub fn at(&self, offset: usize) -> Location {
        let lines = self.lines.get_or_init(|| Lines::of(&self.text));
        Location::in_lines(&self.path, &self.text, lines, offset)
    }

    /// Whether the text is in the official nixfmt style, to the byte.
    #[must_use]
    pub fn is_formatted(&self) -> bool {
        nixfmt_rs::format(&self.text).is_ok_and(|formatted| *formatted == *self.text)
    }
}
