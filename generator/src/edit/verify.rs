//! The proof that an edit did what it was meant to do, by meaning and not by luck.

use std::borrow::Cow;

use rnix::{
    NodeOrToken,
    SyntaxKind::{NODE_STRING, TOKEN_COMMENT, TOKEN_WHITESPACE},
    SyntaxNode, WalkEvent,
    ast::{InterpolPart, Str},
};
use rowan::ast::AstNode;

use super::{Change, TextEdit, unverified};
use crate::{
    error::Result,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
};

/// Checks that `after` is `before` with `change` done, and nothing else.
///
/// Two things are compared. The tokens: all that were there are there, in their order, and exactly those of the
/// change came or went. And the meaning: the attribute or item is found where it was meant to be (or no longer
/// found), once, with the value that was meant, and its siblings are the same.
pub(super) fn verify(before: &NixFile, after: &NixFile, change: &Change, edit: &TextEdit) -> Result<()> {
    only_edited(before, after, edit)?;
    meaning(before, after, change)
}

/// Checks that every token outside of `edit` is the same, in the same order.
pub(super) fn only_edited(before: &NixFile, after: &NixFile, edit: &TextEdit) -> Result<()> {
    let (before_tokens, after_tokens) = (tokens_of(before), tokens_of(after));
    let at = before_tokens.iter().filter(|token| token.end <= edit.delete.start).count();
    let gone = before_tokens.iter().filter(|token| edit.delete.contains(&token.start)).count();
    let came = (after_tokens.len() + gone).checked_sub(before_tokens.len());
    let came = came.ok_or_else(|| unverified(before, "tokens are missing"))?;
    let before_rest = texts(&before_tokens).take(at).chain(texts(&before_tokens).skip(at + gone));
    let after_rest = texts(&after_tokens).take(at).chain(texts(&after_tokens).skip(at + came));
    if !before_rest.eq(after_rest) {
        return Err(unverified(before, "a token outside the edit is another one"));
    }
    Ok(())
}

/// Checks that two texts of one file differ in nothing but white space.
pub(super) fn same_tokens(before: &NixFile, after: &NixFile) -> Result<()> {
    let (before_tokens, after_tokens) = (tokens_of(before), tokens_of(after));
    if texts(&before_tokens).eq(texts(&after_tokens)) {
        Ok(())
    } else {
        Err(unverified(before, "formatting it changes more than white space"))
    }
}

fn meaning(before: &NixFile, after: &NixFile, change: &Change) -> Result<()> {
    let agrees = match change {
        Change::InsertAttribute { set, key, value } => {
            let path = key.iter().fold(set.clone(), |path, key| path.child(key));
            let found = find(after, &path);
            let [binding] = found.bindings.as_slice() else {
                return Err(unverified(before, format!("{path} is not bound once where it was meant to be")));
            };
            let is_value = binding.value().is_some_and(|it| same_text(it.syntax(), value));
            let mut names = children(before, set);
            names.extend(key.first().cloned());
            names.sort();
            is_value && !find(before, &path).is_bound() && children(after, set) == names
        }
        Change::RemoveAttribute { path } => {
            let Some((set, last)) = path.split_last() else { return Err(unverified(before, "no path")) };
            let mut names = children(before, &set);
            names.retain(|name| name != last);
            !find(after, path).is_bound() && children(after, &set) == names
        }
        Change::ReplaceValue { path, value } => {
            let found = find(after, path);
            let [binding] = found.bindings.as_slice() else {
                return Err(unverified(before, format!("{path} is not bound once")));
            };
            binding.value().is_some_and(|it| same_text(it.syntax(), value))
        }
        Change::InsertItem { path, item } => {
            let mut items = items(before, path);
            items.push(item.clone());
            items.sort();
            self::items(after, path) == items
        }
        Change::RemoveItem { path, item } => {
            let mut items = items(before, path);
            items.retain(|it| it != item);
            self::items(after, path) == items
        }
    };
    if agrees { Ok(()) } else { Err(unverified(before, "it did not end where it was meant to be")) }
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
        && texts(&tokens(node, &written)).eq(texts(&tokens(&expected.syntax(), text)))
}

struct Token<'a> {
    start: usize,
    end: usize,
    text: Cow<'a, str>,
}

fn texts<'a>(tokens: &'a [Token<'_>]) -> impl Iterator<Item = &'a str> {
    tokens.iter().map(|token| &*token.text)
}

fn tokens_of(file: &NixFile) -> Vec<Token<'_>> {
    tokens(file.syntax(), file.text())
}

/// Every token but white space, comments included; a string as the text that it stands for, since its indentation
/// may change with its value the same. `text` is what `root` is made of.
fn tokens<'a>(root: &SyntaxNode, text: &'a str) -> Vec<Token<'a>> {
    let base = root.text_range().start();
    let mut tokens = Vec::new();
    let mut walk = root.preorder_with_tokens();
    while let Some(event) = walk.next() {
        let WalkEvent::Enter(element) = event else { continue };
        let kind = element.kind();
        if kind == TOKEN_WHITESPACE || matches!(element, NodeOrToken::Node(_)) && kind != NODE_STRING {
            continue;
        }
        let range = element.text_range();
        let written = text.get(usize::from(range.start() - base)..usize::from(range.end() - base));
        let written = written.unwrap_or_default();
        // A comment goes up to the line feed: the carriage return of a line that ends as on Windows isn't its own.
        let written = if kind == TOKEN_COMMENT { written.trim_end() } else { written };
        let text = match element {
            NodeOrToken::Token(_) if kind == TOKEN_COMMENT => {
                Cow::Owned(written.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            NodeOrToken::Token(_) => Cow::Borrowed(written),
            NodeOrToken::Node(node) => {
                walk.skip_subtree();
                let value = Str::cast(node).map(|string| string_value(&string));
                value.map_or(Cow::Borrowed(written), Cow::Owned)
            }
        };
        let start = usize::from(range.start());
        tokens.push(Token { start, end: start + written.len(), text });
    }
    tokens
}

fn string_value(string: &Str) -> String {
    let mut value = String::new();
    for part in string.normalized_parts() {
        match part {
            InterpolPart::Literal(text) => value.push_str(&literal::quote(&text)),
            InterpolPart::Interpolation(inner) => {
                let inner = tokens_of_children(inner.syntax());
                value.push_str(&inner);
            }
        }
    }
    value
}

fn tokens_of_children(node: &SyntaxNode) -> String {
    tokens(node, &node.text().to_string()).into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
}
