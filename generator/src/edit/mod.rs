//! Edits of a Nix file: what is meant, as a value; where it goes; and the proof that it went there.
//!
//! Every edit is one insertion or deletion of text at the offsets of syntax nodes. A file that was in the
//! official nixfmt style is formatted afterwards, any other file is left in the style it has. [`verify`] compares
//! the file before and after by meaning.

mod attribute;
mod item;
mod layout;
mod site;
mod text_edit;
mod verify;

#[cfg(test)]
mod tests;

use rowan::ast::AstNode;

use crate::{
    error::{Error, Location, Result},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        scope::unbound_names,
    },
    path::TreePath,
};

pub use layout::Entry;
pub use site::{Site, insert_at, open, remove_at};
pub use text_edit::TextEdit;

/// What an edit is meant to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Bind `key`, which must not be bound there, to `value` in the set at `set`.
    InsertAttribute {
        /// The path of the set; it may be spread over dotted bindings.
        set: AttrPath,
        /// The names from there to the value: one, or several for a dotted binding.
        key: Vec<String>,
        /// The value: an expression in the nixfmt style, not indented.
        value: String,
    },
    /// Remove every binding at or below `path`.
    RemoveAttribute {
        /// The whole path of the attribute.
        path: AttrPath,
    },
    /// Bind `path`, which is bound once, to `value` instead.
    ReplaceValue {
        /// The whole path of the attribute.
        path: AttrPath,
        /// The value: an expression on one line.
        value: String,
    },
    /// Append `item` to the list at `path`.
    InsertItem {
        /// The path of the list.
        path: AttrPath,
        /// The item: an expression on one line.
        item: String,
    },
    /// Remove `item` from the list at `path`.
    RemoveItem {
        /// The path of the list.
        path: AttrPath,
        /// The item as it is written there.
        item: String,
    },
}

/// The file as it is after `change`, in the official style if it was in it before.
pub fn apply(file: &NixFile, change: &Change) -> Result<NixFile> {
    let edited = insert_or_delete(file, std::slice::from_ref(change))?;
    match format_like(file.path(), file.text(), edited.text())? {
        Some(text) if text != edited.text() => expect_same(&edited, &text),
        _ => Ok(edited),
    }
}

/// The file as it is after `changes`, one after the other, in whatever style its lines have then.
///
/// The result is parsed and verified: exactly the tokens of the changes came or went, exactly where they were
/// meant to. An error leaves nothing behind: files are values.
pub fn insert_or_delete(file: &NixFile, changes: &[Change]) -> Result<NixFile> {
    let mut file = file.clone();
    let mut ahead = changes;
    while !ahead.is_empty() {
        let mut edits = apart(&file, ahead)?;
        let (done, rest) = ahead.split_at(edits.len());
        edits.sort_by_key(|edit| edit.delete.start);
        let edited = NixFile::parse(file.path(), text_edit::apply(&edits, file.text()))
            .map_err(|error| unverified(&file, format!("it no longer parses: {error}")))?;
        done.iter().try_for_each(|change| expect_bound(&edited, change))?;
        verify::verify(&file, &edited, done, &edits)?;
        (file, ahead) = (edited, rest);
    }
    Ok(file)
}

/// The text edits of the first of `changes`, one at least: all whose places can be found before any of them is made.
fn apart(file: &NixFile, changes: &[Change]) -> Result<Vec<TextEdit>> {
    let mut edits: Vec<TextEdit> = Vec::new();
    for change in changes {
        match locate(file, change) {
            Ok(edit) if !edits.iter().any(|other| other.meets(&edit)) => edits.push(edit),
            Err(error) if edits.is_empty() => return Err(error),
            _ => break,
        }
    }
    Ok(edits)
}

/// `after` in the official style, if `before` is in it; nothing where it stays as it is. [`expect_same`] says whether
/// nothing else has changed.
pub fn format_like(path: &TreePath, before: &str, after: &str) -> Result<Option<String>> {
    let formatted = nixfmt_rs::format(after);
    // Most entries are written in the style: then that of the file before needs no look.
    let is_in_style = |formatted: &String| formatted == after;
    if formatted.as_ref().is_ok_and(is_in_style) || !nixfmt_rs::format(before).is_ok_and(|it| it == before) {
        return Ok(None);
    }
    formatted.map(Some).map_err(|error| {
        let message = format!("it can't be formatted: {}", error.message());
        Error::Unverified { path: path.clone(), message }
    })
}

/// The file with the text `formatted`, which must differ from it in nothing but white space.
pub fn expect_same(file: &NixFile, formatted: &str) -> Result<NixFile> {
    let formatted = NixFile::parse(file.path(), formatted.to_owned())?;
    verify::same_tokens(file, &formatted)?;
    Ok(formatted)
}

/// Refuses a new value that mentions a name which isn't bound where it stands: Nix would refuse the file.
fn expect_bound(edited: &NixFile, change: &Change) -> Result<()> {
    let Change::InsertAttribute { set, key, value } = change else { return Ok(()) };
    let path = key.iter().fold(set.clone(), |path, key| path.child(key));
    for binding in &find(edited, &path).bindings {
        let names = binding.value().map(|value| unbound_names(value.syntax())).unwrap_or_default();
        if let Some(name) = names.first() {
            return Err(Error::NoPlace {
                at: edited.location(binding.syntax()),
                found: format!("{path} belongs here, and mentions {name}, which is not bound here"),
                by_hand: format!(
                    "bind {name} there, or add by hand what says the same as: {path} = {value};"
                ),
            });
        }
    }
    Ok(())
}

/// The text that `change` inserts or deletes in `file`.
pub fn locate(file: &NixFile, change: &Change) -> Result<TextEdit> {
    let mut edit = match change {
        Change::InsertAttribute { set, key, value } => attribute::insert(file, set, key, value),
        Change::RemoveAttribute { path } => attribute::remove(file, path),
        Change::ReplaceValue { path, value } => attribute::replace(file, path, value),
        Change::InsertItem { path, item } => item::insert(file, path, item),
        Change::RemoveItem { path, item } => item::remove(file, path, item),
    }?;
    end_lines_like(file, &mut edit);
    Ok(edit)
}

/// A file whose lines end as on Windows has none that end otherwise.
fn end_lines_like(file: &NixFile, edit: &mut TextEdit) {
    if file.text().contains("\r\n") {
        edit.insert = edit.insert.replace('\n', "\r\n");
    }
}

/// The comments that go when `change` removes their owner: those directly above it and behind it on its line.
pub fn owned_comments(file: &NixFile, change: &Change) -> Result<Vec<(Location, String)>> {
    let edit = locate(file, change)?;
    Ok(edit.comments(file))
}

fn unverified(file: &NixFile, message: impl Into<String>) -> Error {
    Error::Unverified { path: file.path().clone(), message: message.into() }
}
