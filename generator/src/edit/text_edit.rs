//! One edit of a text: a range that goes and a text that comes.

use std::ops::Range;

use rnix::SyntaxKind::TOKEN_COMMENT;

use crate::{error::Location, nix::file::NixFile};

/// Replaces the bytes of `delete` by `insert`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// The bytes that go; empty for an insertion. Both ends lie on token borders.
    pub delete: Range<usize>,
    /// The text that comes; empty for a deletion.
    pub insert: String,
}

impl TextEdit {
    /// Inserts `text` before the byte at `offset`.
    #[must_use]
    pub fn insert(offset: usize, text: String) -> Self {
        Self { delete: offset..offset, insert: text }
    }

    /// Deletes a range.
    #[must_use]
    pub fn delete(range: Range<usize>) -> Self {
        Self { delete: range, insert: String::new() }
    }

    /// The text after the edit.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut edited = text.to_owned();
        edited.replace_range(self.delete.clone(), &self.insert);
        edited
    }

    /// The comments inside the range that goes.
    pub(super) fn comments(&self, file: &NixFile) -> Vec<(Location, String)> {
        let tokens = file.syntax().descendants_with_tokens().filter_map(rnix::NodeOrToken::into_token);
        tokens
            .filter(|token| token.kind() == TOKEN_COMMENT)
            .filter(|token| self.delete.contains(&usize::from(token.text_range().start())))
            .map(|token| {
                let start = token.text_range().start().into();
                (file.at(start), token.text().to_owned())
            })
            .collect()
    }
}
