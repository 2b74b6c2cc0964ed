//! Attributes: where a new one goes, and which bindings one that is removed has.

use rnix::{
    SyntaxKind::{NODE_ATTRPATH_VALUE, NODE_INHERIT, TOKEN_L_BRACE, TOKEN_R_BRACE},
    SyntaxNode,
    ast::AttrSet,
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
        find::{AttrPath, Found, find},
        literal,
    },
};

/// The insertion of `key = value;` into the set at `set`.
pub(super) fn insert(file: &NixFile, set: &AttrPath, key: &[String], value: &str) -> Result<TextEdit> {
    let found = find(file, set);
    if let Some((name, there)) = found.children().into_iter().find(|(name, _)| Some(name) == key.first()) {
        return Err(Error::Conflict {
            message: format!("{}: {} is already there", file.location(&there), set.child(name)),
            hint: "remove it, or take another name".into(),
        });
    }
    let whole = key.iter().fold(set.clone(), |path, name| path.child(name));
    let key = key.iter().map(|name| literal::quote_attribute(name)).collect::<Vec<_>>().join(".");
    let sets = found.written_here(found.sets().cloned());
    let edit = match (sets.as_slice(), found.dotted.as_slice()) {
        ([only], _) => into_set(file, only, Entry::New(&format!("{key} = {value};"))),
        ([], [.., (last, name)]) => {
            // Dotted bindings among others: the new one follows the last of them, written as it is.
            let siblings: Vec<_> = found.dotted.iter().map(|(binding, _)| binding.syntax().clone()).collect();
            let together = siblings.iter().all(|sibling| sibling.parent() == last.syntax().parent());
            let prefix = last.attrpath().and_then(|path| prefix(path.syntax(), name));
            prefix
                .filter(|_| together)
                .map(|prefix| format!("{prefix}{key} = {value};"))
                .and_then(|entry| layout::append(file, &siblings, Entry::New(&entry)))
        }
        _ => None,
    };
    edit.ok_or_else(|| refuse(file, set, &found, &format!("{whole} = {value};")))
}

/// The insertion of an entry after the others of a set.
pub(super) fn into_set(file: &NixFile, set: &AttrSet, entry: Entry<'_>) -> Option<TextEdit> {
    let siblings: Vec<_> = set.syntax().children().collect();
    layout::append(file, &siblings, entry).or_else(|| layout::fill(&brackets(file, set)?, entry))
}

/// The deletion of the one binding at or below `path`.
pub(super) fn remove(file: &NixFile, path: &AttrPath) -> Result<TextEdit> {
    let found = find(file, path);
    let bindings: Vec<_> =
        found.bindings.iter().chain(found.dotted.iter().map(|(binding, _)| binding)).collect();
    let by_hand = || format!("remove {path} from {} by hand", file.path());
    let [binding] = bindings.as_slice() else {
        let places: Vec<_> = bindings.iter().map(|it| file.location(it.syntax()).to_string()).collect();
        return Err(Error::NoPlace {
            at: Location::file(file.path()),
            found: match places.as_slice() {
                [] => format!("{path} is not bound in one place that can be removed"),
                places => format!("{path} is bound in several places: {}", places.join(", ")),
            },
            by_hand: by_hand(),
        });
    };
    let node = binding.syntax();
    deletion(file, node).ok_or_else(|| Error::NoPlace {
        at: file.location(node),
        found: format!("{path} stands where it can't be removed"),
        by_hand: by_hand(),
    })
}

/// The replacement of what `path` is bound to.
pub(super) fn replace(file: &NixFile, path: &AttrPath, value: &str) -> Result<TextEdit> {
    let found = find(file, path);
    let [binding] = found.bindings.as_slice() else {
        return Err(Error::NoPlace {
            at: Location::file(file.path()),
            found: format!("{path} is not bound in one place"),
            by_hand: format!("bind it by hand: {path} = {value};"),
        });
    };
    let range =
        binding.value().map_or_else(|| binding.syntax().text_range(), |old| old.syntax().text_range());
    Ok(TextEdit { delete: range.into(), insert: value.to_owned() })
}

pub(super) fn deletion(file: &NixFile, binding: &SyntaxNode) -> Option<TextEdit> {
    let parent = binding.parent()?;
    let siblings: Vec<_> = parent
        .children()
        .filter(|child| matches!(child.kind(), NODE_ATTRPATH_VALUE | NODE_INHERIT))
        .collect();
    let index = siblings.iter().position(|sibling| sibling == binding)?;
    layout::remove(&Brackets { file, inside: inside(&parent)? }, &siblings, index)
}

fn brackets<'a>(file: &'a NixFile, set: &AttrSet) -> Option<Brackets<'a>> {
    Some(Brackets { file, inside: inside(set.syntax())? })
}

fn inside(set: &SyntaxNode) -> Option<std::ops::Range<usize>> {
    let bracket = |kind| set.children_with_tokens().find(|child| child.kind() == kind);
    let (open, close) = (bracket(TOKEN_L_BRACE)?, bracket(TOKEN_R_BRACE)?);
    Some(open.text_range().end().into()..close.text_range().start().into())
}

/// What stands before `name` in a dotted attribute path: `nixosConfigurations.`.
fn prefix(attrpath: &SyntaxNode, name: &str) -> Option<String> {
    let attr = attrpath.children().find(|attr| {
        rnix::ast::Attr::cast(attr.clone()).and_then(|attr| literal::attribute(&attr)).as_deref()
            == Some(name)
    })?;
    let length = attr.text_range().start() - attrpath.text_range().start();
    attrpath.text().to_string().get(..length.into()).map(str::to_owned)
}

fn refuse(file: &NixFile, set: &AttrPath, found: &Found, entry: &str) -> Error {
    let places = |nodes: &mut dyn Iterator<Item = &SyntaxNode>| {
        nodes.map(|node| file.location(node).to_string()).collect::<Vec<_>>().join(", ")
    };
    let sets: Vec<_> = found.sets().map(|set| set.syntax().clone()).collect();
    let values: Vec<_> = found.values.iter().map(|value| value.syntax().clone()).collect();
    let (node, message) = match (sets.as_slice(), values.first().or(found.opaque.first())) {
        ([first, _, ..], _) => {
            (Some(first), format!("{set} is made of several sets, at {}", places(&mut sets.iter())))
        }
        (_, Some(opaque)) => (
            Some(opaque),
            format!("{set} may be made here, by an expression that is not an attribute set written out"),
        ),
        _ => match found.dotted.first() {
            Some((binding, _)) => {
                (Some(binding.syntax()), format!("{set} is spread over several sets, this is the first"))
            }
            None => (None, format!("there is no attribute set {set}")),
        },
    };
    Error::NoPlace {
        at: node.map_or_else(|| Location::file(file.path()), |node| file.location(node)),
        found: message,
        by_hand: format!("add by hand: {entry}"),
    }
}
