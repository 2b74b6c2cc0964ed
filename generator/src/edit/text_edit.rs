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

    /// Whether both replace bytes at one place: then one can't be made where the other was found.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let only_insert = self.delete.is_empty() && other.delete.is_empty();
        !only_insert && self.delete.start <= other.delete.end && other.delete.start <= self.delete.end
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

/// The text after `edits`, which are sorted and don't meet.
pub(super) fn apply(edits: &[TextEdit], text: &str) -> String {
    let (mut edited, mut kept) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        edited.push_str(text.get(kept..edit.delete.start).unwrap_or_default());
        edited.push_str(&edit.insert);
        kept = edit.delete.end;
    }
    edited + text.get(kept..).unwrap_or_default()
}

/// The bytes that go by `edits`, in the text before, and those that come, in the text after.
pub(super) fn ranges(edits: &[TextEdit]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut came, mut gone) = (0, 0);
    let ranges = edits.iter().map(|edit| {
        let start = edit.delete.start + came - gone;
        (came, gone) = (came + edit.insert.len(), gone + edit.delete.len());
        (edit.delete.clone(), start..start + edit.insert.len())
    });
    ranges.unzip()
}
