//! A host in a set that is merged over what gives the others: whatever that comes to, the names are its own and the new one.

use rnix::ast::{AttrSet, BinOpKind, Expr, HasEntry, Lambda, PathRel};
use rowan::ast::AstNode;
use similar::{ChangeTag, TextDiff};

use super::{
    Registration,
    by_hand::is_apart,
    files::Planned,
    order::is_scattered,
    place::{Place, Search, folder, list, via::Via},
    reach,
    reading::Reading,
    register::at_place,
};
use crate::{
    edit::{self, Site},
    nix::{
        file::NixFile,
        find::keys,
        follow::{Files, Term, Value},
        literal,
        scope::resolve,
    },
};

/// The registration over what gives the hosts; nothing where none holds, or where that may take the new host's folder for
/// one by itself. An error where lines of what is there would be written anew.
pub(super) fn register<'a>(
    files: &Planned<'_>,
    reading: &'a Reading<'_>,
    host: &str,
) -> Option<Result<Registration, &'a Term>> {
    let places = &reading.places;
    let hosts = &files.tree.settings().paths.hosts;
    // Where hosts are those of another folder, the new one is only meant for its own if that is for agents alone.
    let is_read = !(places.folders.is_empty() && places.hints.is_empty());
    if is_read && !is_apart(hosts.as_str()) || is_scattered(reading) {
        return None;
    }
    let may_take = |term| reach::may_take(&reading.follower, &places.parts, term, hosts.as_str());
    let may_register = |part| folder::may_register(&reading.follower, part, hosts.as_str());
    if !places.unreadable.is_empty()
        && (places.unreadable.iter().chain(&places.computed).any(may_take)
            || places.parts.iter().any(may_register))
    {
        return None;
    }
    beside(files, reading, host)
}

/// The registration over what gives the hosts, where that is known to take none of the new host's files.
pub(super) fn beside<'a>(
    files: &Planned<'_>,
    reading: &'a Reading<'_>,
    host: &str,
) -> Option<Result<Registration, &'a Term>> {
    let merged = |computed: &'a Term, site: Site| {
        let (term, conditions) = (computed.clone(), Vec::new());
        let place = Place { term, site, via: Via::Host, prefix: 0, opening: "", conditions };
        let registration = at_place(files, reading, &place, &[], host).ok()?;
        let rewrites = registration.file.as_ref().is_some_and(|after| rewrites(&computed.file, after));
        Some(if rewrites { Err(computed) } else { Ok(registration) })
    };
    let over = |computed: &'a Term| {
        let over = merged(computed, Site::Over(computed.expr.syntax().clone()))?;
        // Behind some expressions the style would indent all of them.
        let under = || merged(computed, Site::Under(body(&computed.expr)?.syntax().clone()))?.ok();
        Some(over.or_else(|computed| under().ok_or(computed)))
    };
    let in_files = reading.places.computed_in_files.iter().filter(|it| is_named_once(files, it));
    let mut all = reading.places.computed.iter().chain(in_files).filter_map(over);
    let first = all.next()?;
    Some(first.or_else(|computed| all.find_map(Result::ok).ok_or(computed)))
}

/// Whether `after`, formatted as `before` was, has other lines in the place of more than the one that goes on.
fn rewrites(before: &NixFile, after: &NixFile) -> bool {
    let formatted = edit::format_like(before.path(), before.text(), after.text()).ok().flatten();
    let diff = TextDiff::from_lines(before.text(), formatted.as_deref().unwrap_or(after.text()));
    diff.iter_all_changes().filter(|change| change.tag() == ChangeTag::Delete).count() > 1
}

impl Search<'_> {
    /// Takes what `set` binds to `path` for what others may be merged over, where that is no set written out.
    pub(super) fn computed(&mut self, term: &Term, set: &AttrSet, path: &[&str]) {
        for value in bound(set, path).into_iter().filter(goes_on) {
            let value = term.with(value);
            let is_known = self.places.computed.iter().any(|known| known.is(&value));
            let made = self.follower.body(&Value::Term(value.clone()));
            let is_of_a_call = || made.set().is_some_and(|(made, set)| list::is_of_a_call(&value, made, set));
            // What a module says may be no set yet.
            let is_set = match self.follower.call(&made) {
                Some(call) => !PROPERTIES.contains(&call.name.as_str()),
                None => made.set().is_none() || is_of_a_call(),
            };
            if is_set && !is_known {
                self.places.computed.push(value);
            }
        }
    }
}

/// What modules say of values, which is merged only among modules.
pub(super) const PROPERTIES: [&str; 6] = ["mkMerge", "mkIf", "mkForce", "mkDefault", "mkOverride", "mkOrder"];

/// Whether a term stands in the function that a file is, which is applied where that is imported, in no other function than
/// that of the flake, or of a module.
pub(super) fn is_made_once(term: &Term) -> bool {
    let call = term.call_of_file();
    call.is_some_and(|call| call.expr.syntax().ancestors().filter_map(Lambda::cast).count() <= 1)
}

/// Whether the file that a term stands in is named once in the tree.
fn is_named_once(files: &Planned<'_>, term: &Term) -> bool {
    let path = term.file.path().as_str();
    let Some(name) = path.trim_end_matches("/default.nix").rsplit('/').next() else { return false };
    let word = format!("/{name}");
    let others = files.all_with_word(&word).into_iter().filter_map(|path| files.nix(&path));
    let paths =
        others.flat_map(|file| file.syntax().descendants().filter_map(PathRel::cast).collect::<Vec<_>>());
    paths.filter(|path| path.syntax().text().to_string().ends_with(&word)).count() == 1
}

/// What a set binds to `path`, as it is written.
fn bound(set: &AttrSet, path: &[&str]) -> Vec<Expr> {
    let bindings = set.attrpath_values().filter_map(|binding| {
        let keys: Vec<_> = keys(&binding).into_iter().collect::<Option<_>>()?;
        let here = path.iter().zip(&keys).all(|(name, key)| name == key);
        let rest = path.get(keys.len()..).filter(|_| here)?;
        match (rest, binding.value()?) {
            ([], value) => Some(vec![value]),
            (rest, Expr::AttrSet(set)) => Some(bound(&set, rest)),
            _ => None,
        }
    });
    let mut values: Vec<_> = bindings.flatten().collect();
    if let [name] = path {
        let here = set.inherits().filter(|it| it.from().is_none());
        let is_named = here.flat_map(|it| it.attrs()).any(|attr| literal::is_attribute(&attr, name));
        let outside = set.syntax().parent().filter(|_| is_named);
        values.extend(outside.and_then(|outside| resolve(name, &outside)));
    }
    values
}

/// What an expression gives, behind the names that it binds.
fn body(value: &Expr) -> Option<Expr> {
    match value {
        Expr::LetIn(it) => body(&it.body()?),
        Expr::With(it) => body(&it.body()?),
        Expr::Assert(it) => body(&it.body()?),
        value => Some(value.clone()),
    }
}

/// Whether what is written behind an expression goes on with all of it: a `//`, or one more function at the end of a pipe.
fn goes_on(value: &Expr) -> bool {
    match value {
        Expr::Apply(_) | Expr::Select(_) | Expr::Ident(_) | Expr::Paren(_) => true,
        Expr::BinOp(it) => matches!(it.operator(), Some(BinOpKind::Update | BinOpKind::PipeRight)),
        Expr::LetIn(it) => it.body().is_some_and(|body| goes_on(&body)),
        Expr::With(it) => it.body().is_some_and(|body| goes_on(&body)),
        Expr::Assert(it) => it.body().is_some_and(|body| goes_on(&body)),
        _ => false,
    }
}
