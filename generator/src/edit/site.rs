//! Edits at a place that was found by following what the file means, not by an attribute path in it.
//!
//! What the edit means is for the caller to verify, who follows the edited file the same way.

use rnix::{
    SyntaxKind::TOKEN_COMMA,
    SyntaxNode,
    ast::{AttrSet, BinOp, BinOpKind, HasEntry, Lambda, List, Paren, Pattern},
};
use rowan::{Direction, TextRange, ast::AstNode};

use super::{Entry, TextEdit, attribute, end_lines_like, item, layout, text_edit, unverified, verify};
use crate::{
    error::{Error, Location, Result},
    nix::file::NixFile,
};

/// Where an entry goes, by syntax.
#[derive(Debug, Clone)]
pub enum Site {
    /// Among the bindings of a set.
    Set(AttrSet),
    /// After bindings that stand among others: `hosts.a = …; hosts.b = …;`.
    After(Vec<SyntaxNode>),
    /// At the end of a list.
    List(List),
    /// In a set of its own, merged over an expression: `genAttrs [ … ] f // { … }`.
    Over(SyntaxNode),
    /// In a set of its own that an expression is merged over: `{ … } // genAttrs [ … ] f`.
    Under(SyntaxNode),
}

impl Site {
    /// What it is in the file.
    #[must_use]
    pub fn syntax(&self) -> Option<&SyntaxNode> {
        match self {
            Self::Set(set) => Some(set.syntax()),
            Self::After(siblings) => siblings.last(),
            Self::List(list) => Some(list.syntax()),
            Self::Over(expression) | Self::Under(expression) => Some(expression),
        }
    }
}

/// The file with `entry` (a binding with its `;`, or a list's item) at `site`.
pub fn insert_at(file: &NixFile, site: &Site, entry: Entry<'_>) -> Result<NixFile> {
    let edit = match site {
        Site::Set(set) => attribute::into_set(file, set, entry),
        Site::After(siblings) => layout::append(file, siblings, entry),
        Site::List(list) => item::into_list(file, list, entry),
        Site::Over(expression) => layout::over(file, expression, entry),
        Site::Under(expression) => layout::under(file, expression, entry),
    };
    land(file, edit)
}

/// The file with `...` at the end of a function's pattern, which has none.
pub fn open(file: &NixFile, pattern: &Pattern) -> Result<NixFile> {
    let last = pattern.pat_entries().last();
    let behind = last.as_ref().and_then(|entry| {
        let rest = entry.syntax().siblings_with_tokens(Direction::Next);
        rest.into_iter().find(|it| it.kind() == TOKEN_COMMA)
    });
    let edit = match (last, behind) {
        (_, Some(comma)) => TextEdit::insert(comma.text_range().end().into(), " ...".into()),
        (Some(entry), None) => TextEdit::insert(entry.syntax().text_range().end().into(), ", ...".into()),
        (None, None) => {
            TextEdit::insert(usize::from(pattern.syntax().text_range().start()) + 1, " ... ".into())
        }
    };
    land(file, Some(edit))
}

/// The file without `node`, a binding or a list's item; and the comments that go along.
pub fn remove_at(file: &NixFile, node: &SyntaxNode) -> Result<(NixFile, Vec<(Location, String)>)> {
    let edit =
        merged(node).or_else(|| attribute::deletion(file, node)).or_else(|| item::out_of_list(file, node));
    // Those inside of the entry are its own.
    let own = file.location(node)..=file.at(node.text_range().end().into());
    let comments = edit.iter().flat_map(|edit| edit.comments(file)).filter(|(at, _)| !own.contains(at));
    Ok((land(file, edit.clone())?, comments.collect()))
}

/// What goes with the only binding of a set that is merged with an expression: the set, and the `//`; of one that is at
/// the end of a pipe, that end.
fn merged(binding: &SyntaxNode) -> Option<TextEdit> {
    let set = AttrSet::cast(binding.parent()?)?;
    let merge = BinOp::cast(set.syntax().parent()?)?;
    if set.entries().count() != 1 || merge.operator() != Some(BinOpKind::Update) {
        return None;
    }
    let (left, right) = (merge.lhs()?.syntax().text_range(), merge.rhs()?.syntax().text_range());
    let own = set.syntax().text_range();
    let range = if let Some(end) = end_of_pipe(&merge) {
        end
    } else if own == right {
        TextRange::new(left.end(), own.end())
    } else {
        TextRange::new(own.start(), right.start())
    };
    Some(TextEdit::delete(range.start().into()..range.end().into()))
}

/// The end of a pipe, from its last operator on, that merges a set over all that is given: `|> (others: others // { … })`.
fn end_of_pipe(merge: &BinOp) -> Option<TextRange> {
    let lambda = Lambda::cast(merge.syntax().parent()?)?;
    let end = Paren::cast(lambda.syntax().parent()?)?;
    let pipe = BinOp::cast(end.syntax().parent()?)?;
    let text = |node: &SyntaxNode| node.text().to_string();
    let is_of_all = text(merge.lhs()?.syntax()) == text(lambda.param()?.syntax());
    let is_end = pipe.operator() == Some(BinOpKind::PipeRight) && is_of_all;
    let range = TextRange::new(pipe.lhs()?.syntax().text_range().end(), end.syntax().text_range().end());
    is_end.then_some(range)
}

fn land(file: &NixFile, edit: Option<TextEdit>) -> Result<NixFile> {
    let mut edit = edit.ok_or_else(|| unverified(file, "there is no room for an entry"))?;
    end_lines_like(file, &mut edit);
    let edits = [edit];
    let edited = NixFile::parse(file.path(), text_edit::apply(&edits, file.text()))
        .map_err(|error: Error| unverified(file, format!("it no longer parses: {error}")))?;
    verify::only_edited(file, &edited, &edits)?;
    Ok(edited)
}
