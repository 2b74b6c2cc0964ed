//! The proof that an edit did what it was meant to do, by meaning and not by luck.

use std::ops::Range;

use rnix::{
    NixLanguage, NodeOrToken,
    SyntaxKind::{NODE_STRING, TOKEN_COMMENT, TOKEN_WHITESPACE},
    SyntaxNode,
    ast::{AttrpathValue, InterpolPart, Str},
};
use rowan::{GreenNodeData, GreenTokenData, Language, ast::AstNode};

use super::{Change, TextEdit, text_edit, unverified};
use crate::{
    error::{Error, Result},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
};

/// Checks that `after` is `before` with `changes` done, and nothing else.
///
/// Two things are compared. The tokens: all that were there are there, in their order, and exactly those of the
/// changes came or went. And the meaning: each attribute or item is found where it was meant to be (or no longer
/// found), once, with the value that was meant, and its siblings are the same.
pub(super) fn verify(
    before: &NixFile,
    after: &NixFile,
    changes: &[Change],
    edits: &[TextEdit],
) -> Result<()> {
    only_edited(before, after, edits)?;
    changes.iter().try_for_each(|change| meaning(before, after, change))?;
    siblings(before, after, changes)
}

/// Checks that every token outside of `edits` is the same, in the same order.
pub(super) fn only_edited(before: &NixFile, after: &NixFile, edits: &[TextEdit]) -> Result<()> {
    let (gone, came) = text_edit::ranges(edits);
    let (before_tokens, after_tokens) = (tokens_of(before), tokens_of(after));
    if same(outside(&before_tokens, &gone), outside(&after_tokens, &came)) {
        Ok(())
    } else {
        Err(unverified(before, "a token outside the edit is another one"))
    }
}

/// Checks that two texts of one file differ in nothing but white space.
pub(super) fn same_tokens(before: &NixFile, after: &NixFile) -> Result<()> {
    if same(tokens_of(before).iter(), tokens_of(after).iter()) {
        Ok(())
    } else {
        Err(unverified(before, "formatting it changes more than white space"))
    }
}

/// Checks that what `change` is about is there, or no longer there.
fn meaning(before: &NixFile, after: &NixFile, change: &Change) -> Result<()> {
    let agrees = match change {
        Change::InsertAttribute { set, key, value } => {
            let path = key.iter().fold(set.clone(), |path, key| path.child(key));
            let there = find(after, &path);
            let [binding] = there.bindings.as_slice() else {
                return Err(unverified(before, format!("{path} is not bound once where it was meant to be")));
            };
            !find(before, &path).is_bound() && is_bound_to(binding, value)
        }
        Change::RemoveAttribute { path } => !find(after, path).is_bound(),
        Change::ReplaceValue { path, value } => {
            let there = find(after, path);
            let [binding] = there.bindings.as_slice() else {
                return Err(unverified(before, format!("{path} is not bound once")));
            };
            is_bound_to(binding, value)
        }
        // The items of the list say it.
        Change::InsertItem { .. } | Change::RemoveItem { .. } => true,
    };
    if agrees { Ok(()) } else { Err(misplaced(before)) }
}

/// Checks that the sets and lists which `changes` are about have what they had, but for the changes.
fn siblings(before: &NixFile, after: &NixFile, changes: &[Change]) -> Result<()> {
    for (index, change) in changes.iter().enumerate() {
        let place = place(change);
        if changes.iter().take(index).any(|other| self::place(other) == place) {
            continue;
        }
        let (mut expected, there) = match &place {
            Some(Place::Set(set)) => (children(before, set), children(after, set)),
            Some(Place::List(list)) => (items(before, list), items(after, list)),
            None => continue,
        };
        for change in changes.iter().filter(|other| self::place(other) == place) {
            match change {
                Change::InsertAttribute { key, .. } => expected.extend(key.first().cloned()),
                Change::InsertItem { item, .. } => expected.push(item.clone()),
                Change::RemoveAttribute { path } => {
                    let last = path.split_last().map(|(_, last)| last);
                    expected.retain(|name| Some(name.as_str()) != last);
                }
                Change::RemoveItem { item, .. } => expected.retain(|it| it != item),
                Change::ReplaceValue { .. } => {}
            }
        }
        expected.sort();
        if there != expected {
            return Err(misplaced(before));
        }
    }
    Ok(())
}

/// What a change adds to, or takes from.
#[derive(PartialEq)]
enum Place<'a> {
    Set(AttrPath),
    List(&'a AttrPath),
}

fn place(change: &Change) -> Option<Place<'_>> {
    match change {
        Change::InsertAttribute { set, .. } => Some(Place::Set(set.clone())),
        Change::RemoveAttribute { path } => path.split_last().map(|(set, _)| Place::Set(set)),
        Change::InsertItem { path, .. } | Change::RemoveItem { path, .. } => Some(Place::List(path)),
        Change::ReplaceValue { .. } => None,
    }
}

fn misplaced(file: &NixFile) -> Error {
    unverified(file, "it did not end where it was meant to be")
}

fn is_bound_to(binding: &AttrpathValue, value: &str) -> bool {
    binding.value().is_some_and(|it| same_text(it.syntax(), value))
}

fn children(file: &NixFile, set: &AttrPath) -> Vec<String> {
    let mut names: Vec<_> = find(file, set).children().into_iter().map(|(name, _)| name).collect();
    names.sort();
    names
}

/// The items of the list at `path`, sorted.
fn items(file: &NixFile, path: &AttrPath) -> Vec<String> {
    let found = find(file, path);
    let items = found.lists().flat_map(|list| list.items().map(|item| item.to_string()));
    let mut items: Vec<_> = items.collect();
    items.sort();
    items
}

/// Whether `node` is `text` apart from white space.
fn same_text(node: &SyntaxNode, text: &str) -> bool {
    let expected = rnix::Root::parse(text);
    let written = node.text().to_string();
    expected.errors().is_empty()
        && same(tokens(node.green(), &written).iter(), tokens(expected.syntax().green(), text).iter())
}

/// A token that is no white space, or a whole string.
struct Token<'a> {
    start: usize,
    written: &'a str,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Plain,
    Comment,
    String(&'a GreenNodeData),
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.written.len()
    }

    /// Whether two say the same: strings are what they stand for, since the indentation of one may change with its
    /// value the same.
    fn says_the_same(&self, other: &Self) -> bool {
        self.written == other.written
            || match (&self.kind, &other.kind) {
                (Kind::Comment, Kind::Comment) => {
                    self.written.split_whitespace().eq(other.written.split_whitespace())
                }
                (Kind::String(one), Kind::String(two)) => string_value(one) == string_value(two),
                _ => false,
            }
    }
}

fn same<'a>(one: impl Iterator<Item = &'a Token<'a>>, two: impl Iterator<Item = &'a Token<'a>>) -> bool {
    let (mut one, mut two) = (one, two);
    loop {
        match (one.next(), two.next()) {
            (Some(a), Some(b)) if a.says_the_same(b) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// The tokens that none of `ranges` has any part of.
fn outside<'a>(tokens: &'a [Token<'a>], ranges: &[Range<usize>]) -> impl Iterator<Item = &'a Token<'a>> {
    let apart =
        |token: &Token<'_>, range: &Range<usize>| token.end() <= range.start || range.end <= token.start;
    tokens.iter().filter(move |token| ranges.iter().all(|range| apart(token, range)))
}

fn tokens_of(file: &NixFile) -> Vec<Token<'_>> {
    tokens(file.syntax().green(), file.text())
}

/// Every token but white space, comments included. `text` is what `root` is made of.
///
/// A walk over the green tree: it makes nothing for each node, as one over the syntax tree does.
fn tokens<'a>(root: &'a GreenNodeData, text: &'a str) -> Vec<Token<'a>> {
    let (mut tokens, mut start) = (Vec::new(), 0);
    let mut ahead: Vec<NodeOrToken<_, &GreenTokenData>> = vec![NodeOrToken::Node(root)];
    while let Some(element) = ahead.pop() {
        let (kind, length) = match &element {
            NodeOrToken::Node(node) => (node.kind(), node.text_len()),
            NodeOrToken::Token(token) => (token.kind(), token.text_len()),
        };
        let (kind, end) = (NixLanguage::kind_from_raw(kind), start + usize::from(length));
        let written = text.get(start..end).unwrap_or_default();
        match element {
            NodeOrToken::Node(node) if kind == NODE_STRING => {
                tokens.push(Token { start, written, kind: Kind::String(node) });
            }
            NodeOrToken::Node(node) => {
                ahead.extend(node.children().rev());
                continue;
            }
            NodeOrToken::Token(_) if kind == TOKEN_WHITESPACE => {}
            // A comment goes up to the line feed: the carriage return of a line that ends as on Windows isn't its own.
            NodeOrToken::Token(_) if kind == TOKEN_COMMENT => {
                tokens.push(Token { start, written: written.trim_end(), kind: Kind::Comment });
            }
            NodeOrToken::Token(_) => tokens.push(Token { start, written, kind: Kind::Plain }),
        }
        start = end;
    }
    tokens
}

fn string_value(string: &GreenNodeData) -> String {
    let mut value = String::new();
    let parts = Str::cast(SyntaxNode::new_root(string.to_owned())).map(|string| string.normalized_parts());
    for part in parts.into_iter().flatten() {
        match part {
            InterpolPart::Literal(text) => value.push_str(&literal::quote(&text)),
            InterpolPart::Interpolation(inner) => value.push_str(&inner_value(inner.syntax())),
        }
    }
    value
}

fn inner_value(node: &SyntaxNode) -> String {
    let text = node.text().to_string();
    let values = tokens(node.green(), &text).into_iter().map(|token| match token.kind {
        Kind::Plain => token.written.to_owned(),
        Kind::Comment => token.written.split_whitespace().collect::<Vec<_>>().join(" "),
        Kind::String(string) => string_value(string),
    });
    values.collect::<Vec<_>>().join(" ")
}
