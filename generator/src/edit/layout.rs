//! How a new entry is laid out among its neighbours, and what goes with one that is removed.

use std::ops::Range;

use rnix::{
    SyntaxElement,
    SyntaxKind::{TOKEN_COMMENT, TOKEN_IDENT, TOKEN_WHITESPACE},
    SyntaxNode,
    ast::{BinOpKind, Expr},
};
use rowan::ast::AstNode;

use super::TextEdit;
use crate::nix::file::NixFile;

/// A bracketed sequence: an attribute set or a list.
pub(super) struct Brackets<'a> {
    /// The file that it stands in.
    pub(super) file: &'a NixFile,
    /// The bytes between the brackets.
    pub(super) inside: Range<usize>,
}

/// The text of a new entry.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// Ours: written for column 0, two spaces a level.
    New(&'a str),
    /// A sibling's: indented as it stands there.
    Copied(&'a str),
}

impl Entry<'_> {
    fn indented(self, indent: &str, unit: &str) -> String {
        match self {
            Self::New(text) => reindent(text, indent, unit),
            Self::Copied(text) => text.to_owned(),
        }
    }
}

/// Inserts `entry` after `siblings`, the way the last of them is laid out.
///
/// A comment behind the last sibling on its line stays with it; a comment below it stays below the new entry.
pub(super) fn append(file: &NixFile, siblings: &[SyntaxNode], entry: Entry<'_>) -> Option<TextEdit> {
    let text = file.text();
    let last = siblings.last()?;
    let start = usize::from(last.text_range().start());
    let line = text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let indent = text.get(line..start)?;
    let end = end_with_comment(last);
    if !indent.chars().all(char::is_whitespace) {
        let indent = leading_whitespace(text.get(line..)?);
        // On the line of a comment it would be a part of it.
        let behind_comment = end > usize::from(last.text_range().end());
        let separator = if behind_comment { format!("\n{indent}") } else { " ".into() };
        return Some(TextEdit::insert(end, separator + &entry.indented(indent, "  ")));
    }
    let blank = siblings.len().checked_sub(2).and_then(|index| siblings.get(index)).is_some_and(|previous| {
        let gap = text.get(end_with_comment(previous)..start).unwrap_or_default();
        blank_line(gap).is_some()
    });
    let separator = if blank { "\n\n" } else { "\n" };
    let entry = entry.indented(indent, unit(file, indent));
    Some(TextEdit::insert(end, format!("{separator}{indent}{entry}")))
}

/// Inserts `entry` as the first one between brackets that have none.
///
/// A comment that stands there already is kept above, a blank line apart: it doesn't become the entry's own.
pub(super) fn fill(brackets: &Brackets<'_>, entry: Entry<'_>) -> Option<TextEdit> {
    let (file, text) = (brackets.file, brackets.file.text());
    let Range { start, end } = brackets.inside;
    let inside = text.get(start..end)?;
    let line = text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let outer = leading_whitespace(text.get(line..)?);
    let unit = unit(file, outer);
    let indent = format!("{outer}{unit}");
    let entry = entry.indented(&indent, unit);
    let comments = inside.trim_end();
    if !comments.trim().is_empty() {
        return Some(TextEdit::insert(start + comments.len(), format!("\n\n{indent}{entry}")));
    }
    if inside.contains('\n') {
        return Some(TextEdit::insert(start, format!("\n{indent}{entry}")));
    }
    let insert =
        if entry.contains('\n') { format!("\n{indent}{entry}\n{outer}") } else { format!(" {entry} ") };
    Some(TextEdit { delete: start..end, insert })
}

/// Inserts `entry` in a set of its own, merged over `expression`.
pub(super) fn over(file: &NixFile, expression: &SyntaxNode, entry: Entry<'_>) -> Option<TextEdit> {
    let (outer, set) = set_of_its_own(file, expression, entry)?;
    // `//` binds closer than a pipe, which goes on instead.
    let insert = if is_piped(expression) {
        let others = Some(OTHERS).filter(|others| !mentions(&set, others))?;
        format!("\n{outer}|> ({others}: {others} // {set})")
    } else {
        format!("\n{outer}// {set}")
    };
    Some(TextEdit::insert(expression.text_range().end().into(), insert))
}

/// What a function at the end of a pipe calls what it is given.
const OTHERS: &str = "others";

/// Whether what is written behind an expression would be in a function of a pipe.
fn is_piped(expression: &SyntaxNode) -> bool {
    match Expr::cast(expression.clone()) {
        Some(Expr::BinOp(it)) => it.operator() == Some(BinOpKind::PipeRight),
        Some(Expr::LetIn(it)) => it.body().is_some_and(|body| is_piped(body.syntax())),
        Some(Expr::With(it)) => it.body().is_some_and(|body| is_piped(body.syntax())),
        Some(Expr::Assert(it)) => it.body().is_some_and(|body| is_piped(body.syntax())),
        _ => false,
    }
}

/// Whether an expression has a name in it.
fn mentions(expression: &str, name: &str) -> bool {
    let tokens = rnix::Root::parse(expression).syntax().descendants_with_tokens();
    let mut tokens = tokens.filter_map(rnix::NodeOrToken::into_token);
    tokens.any(|token| token.kind() == TOKEN_IDENT && token.text() == name)
}

/// Inserts `entry` in a set of its own, which `expression` is merged over.
pub(super) fn under(file: &NixFile, expression: &SyntaxNode, entry: Entry<'_>) -> Option<TextEdit> {
    if is_piped(expression) {
        return None;
    }
    let (outer, set) = set_of_its_own(file, expression, entry)?;
    Some(TextEdit::insert(expression.text_range().start().into(), format!("{set}\n{outer}// ")))
}

/// The set with `entry` alone, and how far the line is indented on which `expression` begins.
fn set_of_its_own<'a>(
    file: &'a NixFile,
    expression: &SyntaxNode,
    entry: Entry<'_>,
) -> Option<(&'a str, String)> {
    let text = file.text();
    let start = usize::from(expression.text_range().start());
    let line = text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let outer = leading_whitespace(text.get(line..)?);
    let unit = unit(file, outer);
    let indent = format!("{outer}{unit}");
    let entry = entry.indented(&indent, unit);
    Some((outer, format!("{{\n{indent}{entry}\n{outer}}}")))
}

/// Deletes the sibling at `index` with the comments that it owns, so that what [`append`] or [`fill`] did is
/// undone to the byte.
pub(super) fn remove(brackets: &Brackets<'_>, siblings: &[SyntaxNode], index: usize) -> Option<TextEdit> {
    let text = brackets.file.text();
    let entry = siblings.get(index)?;
    let start = usize::from(entry.text_range().start());
    let end = end_with_comment(entry);
    let floor = match index.checked_sub(1).and_then(|index| siblings.get(index)) {
        Some(previous) => end_with_comment(previous),
        None => brackets.inside.start,
    };
    let above = text.get(floor..start)?;
    let detached =
        blank_line(above).and_then(|blank| above.get(..blank)).map_or(0, |text| text.trim_end().len());
    if index + 1 < siblings.len() && (index == 0 || detached > 0) {
        // What follows takes its place, as far from the bracket or the comment above.
        let own = above.get(detached..)?;
        let comments = if index == 0 { 0 } else { own.trim_start().len() };
        let below = text.get(end..)?;
        return Some(TextEdit::delete(start - comments..end + below.len() - below.trim_start().len()));
    }
    Some(TextEdit::delete(floor + detached..end))
}

/// Shifts an entry that is written for column 0 to `indent`, in the file's own unit.
fn reindent(entry: &str, indent: &str, unit: &str) -> String {
    let mut lines = entry.lines();
    let mut shifted = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let content = line.trim_start_matches("  ");
        let depth = (line.len() - content.len()) / 2;
        shifted.push('\n');
        if !content.is_empty() {
            shifted.push_str(indent);
            shifted.push_str(&unit.repeat(depth));
            shifted.push_str(content);
        }
    }
    shifted
}

/// The indentation that the file uses for one level.
fn unit<'a>(file: &NixFile, indent: &str) -> &'a str {
    let lines = || file.text().lines().filter(|line| !line.trim().is_empty());
    if indent.contains('\t') || lines().any(|line| line.starts_with('\t')) {
        return "\t";
    }
    let width = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let narrow = lines().any(|line| matches!(width(line) % 4, 1..4));
    let indented = lines().any(|line| width(line) > 0);
    if indented && !narrow { "    " } else { "  " }
}

/// The end of an entry and of the comment behind it on the same line.
fn end_with_comment(entry: &SyntaxNode) -> usize {
    let mut end = entry.text_range().end();
    let mut next = entry.next_sibling_or_token();
    while let Some(SyntaxElement::Token(token)) = next {
        match token.kind() {
            TOKEN_WHITESPACE if !token.text().contains('\n') => {}
            TOKEN_COMMENT => end = token.text_range().end(),
            _ => break,
        }
        next = token.next_sibling_or_token();
    }
    end.into()
}

/// Where the last blank line of a gap between entries starts.
fn blank_line(gap: &str) -> Option<usize> {
    let mut last = None;
    let mut newline: Option<usize> = None;
    for (offset, character) in gap.char_indices() {
        match character {
            '\n' => {
                if let Some(previous) = newline {
                    last = Some(previous);
                }
                newline = Some(offset);
            }
            ' ' | '\t' | '\r' => {}
            _ => newline = None,
        }
    }
    last
}

fn leading_whitespace(line: &str) -> &str {
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}
