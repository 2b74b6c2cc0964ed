//! Items of lists.

use rnix::{
    SyntaxKind::{TOKEN_L_BRACK, TOKEN_R_BRACK},
    SyntaxNode,
    ast::List,
};
use rowan::ast::AstNode;

use super::{
    TextEdit,
    layout::{self, Brackets, Entry},
};
use crate::{
    error::{Error, Location, Result},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
    },
};

/// The insertion of `item` at the end of the list at `path`.
pub(super) fn insert(file: &NixFile, path: &AttrPath, item: &str) -> Result<TextEdit> {
    let list = list(file, path, || format!("add {item} to it by hand"))?;
    let items: Vec<_> = list.syntax().children().collect();
    if let Some(there) = items.iter().find(|node| node.text() == item) {
        return Err(Error::Conflict {
            message: format!("{}: {item} is already in {path}", file.location(there)),
            hint: "remove it first".into(),
        });
    }
    into_list(file, &list, Entry::New(item))
        .ok_or_else(|| no_list(file, path, list.syntax(), format!("add {item} to it by hand")))
}

/// The insertion of an item after the others of a list.
pub(super) fn into_list(file: &NixFile, list: &List, item: Entry<'_>) -> Option<TextEdit> {
    let items: Vec<_> = list.syntax().children().collect();
    layout::append(file, &items, item).or_else(|| layout::fill(&brackets(file, list)?, item))
}

/// The deletion of an item from the list that it stands in.
pub(super) fn out_of_list(file: &NixFile, item: &SyntaxNode) -> Option<TextEdit> {
    let list = List::cast(item.parent()?)?;
    let items: Vec<_> = list.syntax().children().collect();
    let index = items.iter().position(|it| it == item)?;
    layout::remove(&brackets(file, &list)?, &items, index)
}

/// The deletion of `item` from the list at `path`.
pub(super) fn remove(file: &NixFile, path: &AttrPath, item: &str) -> Result<TextEdit> {
    let by_hand = || format!("remove {item} from it by hand");
    let found = find(file, path);
    let places = found.written_here(found.lists().cloned()).into_iter().flat_map(|list| {
        let items: Vec<_> = list.syntax().children().collect();
        let places: Vec<_> =
            (0..items.len()).filter(|index| items.get(*index).is_some_and(|it| it.text() == item)).collect();
        places.into_iter().map(move |index| (list.clone(), items.clone(), index))
    });
    match places.collect::<Vec<_>>().as_slice() {
        [(list, items, index)] => brackets(file, list)
            .and_then(|brackets| layout::remove(&brackets, items, *index))
            .ok_or_else(|| no_list(file, path, list.syntax(), by_hand())),
        [] => Err(Error::NoPlace {
            at: Location::file(file.path()),
            found: format!("there is no {item} in a list {path}"),
            by_hand: by_hand(),
        }),
        [(list, ..), ..] => Err(no_list(file, path, list.syntax(), by_hand())),
    }
}

fn list(file: &NixFile, path: &AttrPath, by_hand: impl Fn() -> String) -> Result<List> {
    let found = find(file, path);
    match found.written_here(found.lists().cloned()).as_slice() {
        [only] => Ok(only.clone()),
        [first, ..] => Err(no_list(file, path, first.syntax(), by_hand())),
        [] => Err(match found.values.first() {
            Some(value) => no_list(file, path, value.syntax(), by_hand()),
            None => Error::NoPlace {
                at: Location::file(file.path()),
                found: format!("there is no list {path}"),
                by_hand: by_hand(),
            },
        }),
    }
}

fn brackets<'a>(file: &'a NixFile, list: &List) -> Option<Brackets<'a>> {
    let bracket = |kind| list.syntax().children_with_tokens().find(|child| child.kind() == kind);
    let (open, close) = (bracket(TOKEN_L_BRACK)?, bracket(TOKEN_R_BRACK)?);
    Some(Brackets { file, inside: open.text_range().end().into()..close.text_range().start().into() })
}

fn no_list(file: &NixFile, path: &AttrPath, node: &SyntaxNode, by_hand: String) -> Error {
    Error::NoPlace { at: file.location(node), found: format!("{path} is not one list, written out"), by_hand }
}
