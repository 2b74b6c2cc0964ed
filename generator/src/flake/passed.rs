//! What hosts are passed that is a whole flake's, and so a new host's, too.

use std::collections::BTreeSet;

use rnix::{
    SyntaxKind::NODE_ATTRPATH,
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, Expr, HasEntry, Ident, Lambda},
};
use rowan::ast::AstNode;

use super::{named, place::Place};
use crate::nix::{
    file::NixFile,
    find::keys,
    follow::{Follower, Term, Value, update},
    literal,
    scope::{binds, is_bound_at, resolve, unbound_names},
};

/// What a new host is passed beside `inputs`.
#[derive(Default)]
pub(super) struct Passed {
    /// What is called so where it goes, too.
    pub(super) names: Vec<String>,
    /// Further bindings.
    pub(super) bindings: Vec<String>,
    /// The lists of modules that it has by their names.
    pub(super) lists: Vec<String>,
}

impl Passed {
    /// What all `hosts`, with their names where these are known, are passed that is no fact of one of them alone.
    pub(super) fn of(follower: &Follower<'_>, hosts: &[(Option<&str>, Value)], place: &Place) -> Self {
        let Some(at) = place.site.syntax() else { return Self::default() };
        let made = hosts.iter().filter_map(|(name, host)| Some((*name, host, sets(follower, host)?)));
        let made: Vec<_> = made.collect();
        let is_of_all = |name: &String| hosts.len() > 1 || is_of_flake(name, at);
        let names = made.iter().map(|(_, _, sets)| {
            let named = sets.iter().flat_map(|(term, set)| {
                let names = follower.names(term, set).into_iter().map(|(name, _)| name);
                names.filter(|name| {
                    let value = follower.select(&Value::Term(term.clone()), &[name]);
                    let value = value.filter(|_| is_bound_at(name, at) && is_of_all(name));
                    value.is_some_and(|value| is_called_so(follower, &value, name, at, place))
                })
            });
            named.collect::<Vec<_>>()
        });
        let names = in_all(names);
        let bindings = match (hosts, made.as_slice()) {
            ([_], [(host, _, sets)]) => {
                sets.iter().flat_map(|it| further(it, *host, &names, place)).collect()
            }
            _ => Vec::new(),
        };
        Self { names, bindings, lists: named::lists(follower, hosts, place) }
    }
}

/// What `nixosSystem` is given as `argument` by what makes a host.
pub(super) fn given_to_system(follower: &Follower<'_>, host: &Value, argument: &str) -> Option<Value> {
    let call = follower.call(&follower.body(host)).filter(|call| call.name.ends_with("nixosSystem"))?;
    follower.select(call.arguments.first()?, &[argument])
}

/// The names that are in each of several lists, as the first has them.
pub(super) fn in_all(mut lists: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    let first = lists.next().unwrap_or_default();
    lists.fold(first, |common, next| common.into_iter().filter(|it| next.contains(it)).collect())
}

/// The sets that are merged into the `specialArgs` of what makes a host.
fn sets(follower: &Follower<'_>, host: &Value) -> Option<Vec<(Term, AttrSet)>> {
    let special = given_to_system(follower, host, "specialArgs")?;
    let mut sets = Vec::new();
    take_sets(follower, &special, &mut sets);
    (!sets.is_empty()).then_some(sets)
}

fn take_sets(follower: &Follower<'_>, value: &Value, sets: &mut Vec<(Term, AttrSet)>) {
    let value = follower.reduce(value);
    if let Some((term, set)) = value.set() {
        sets.push((term.clone(), set.clone()));
    } else if let Some((left, right)) = value.term().and_then(update) {
        take_sets(follower, &left, sets);
        take_sets(follower, &right, sets);
    }
}

/// Whether what is called `name` where `at` stands may be passed to more than a single host: what a whole file is given or
/// makes for itself may, and a text that it says in configurations of another kind, too, but no fact of a host.
fn is_of_flake(name: &str, at: &SyntaxNode) -> bool {
    match resolve(name, at) {
        Some(text @ Expr::Str(_)) => !is_of_host(name) && is_said_elsewhere(name, &text, at),
        Some(_) => !is_of_host(name),
        None => true,
    }
}

pub(super) fn is_of_host(name: &str) -> bool {
    name.to_lowercase().contains("host")
}

/// Whether configurations that are none of NixOS mention `name`, bound to `value`.
fn is_said_elsewhere(name: &str, value: &Expr, at: &SyntaxNode) -> bool {
    let Some(file) = at.ancestors().last() else { return false };
    let is_other = |key: Option<String>| {
        key.is_some_and(|key| key.ends_with("Configurations") && key != "nixosConfigurations")
    };
    let mut said = file.descendants().filter_map(Ident::cast).filter(|it| it.syntax().text() == name);
    said.any(|it| {
        let node = it.syntax();
        let is_key = node.parent().is_some_and(|parent| parent.kind() == NODE_ATTRPATH);
        let mut around = node.ancestors().filter_map(AttrpathValue::cast);
        !is_key
            && around.any(|binding| keys(&binding).into_iter().next().is_some_and(is_other))
            && resolve(name, node).is_some_and(|it| it == *value)
    })
}

/// What a set that the only host is passed binds beside `names`, where that means the same at `place`.
fn further(
    (term, set): &(Term, AttrSet),
    host: Option<&str>,
    names: &[String],
    place: &Place,
) -> Vec<String> {
    let Some(at) = place.site.syntax().filter(|_| term.file.path() == place.term.file.path()) else {
        return Vec::new();
    };
    let is_taken = |name: &str| name == "inputs" || is_of_host(name) || names.iter().any(|it| it == name);
    let is_its = |expr: &Expr| {
        let text = expr.syntax().text().to_string();
        let mut words = text.split(|c: char| !(c == '-' || c == '_' || c.is_alphanumeric()));
        text.contains("hardware") || words.any(|word| host == Some(word))
    };
    let is_flake_wide = |expr: &Expr| !is_its(expr) && is_made_of_names(expr) && means_the_same(expr, at);
    let bindings = set.attrpath_values().filter_map(|binding| {
        let keys = keys(&binding);
        let [Some(name)] = keys.as_slice() else { return None };
        let is_taken = is_taken(name) || !binding.value().is_some_and(|value| is_flake_wide(&value));
        (!is_taken).then(|| binding.syntax().text().to_string())
    });
    let inherited = set.inherits().filter_map(|inherit| {
        let from = inherit.from()?.expr().filter(|from| is_flake_wide(from))?;
        let names = inherit.attrs().filter_map(|attr| literal::attribute(&attr));
        let names: Vec<_> = names.filter(|name| !is_taken(name)).collect();
        let from = from.syntax().text();
        (!names.is_empty()).then(|| format!("inherit ({from}) {};", names.join(" ")))
    });
    inherited.chain(bindings).collect()
}

/// Whether a value is nothing that is said of a host where it stands, but what names come to.
fn is_made_of_names(value: &Expr) -> bool {
    const SAID: [&str; 3] = ["true", "false", "null"];
    match value {
        Expr::Paren(it) => it.expr().is_some_and(|inner| is_made_of_names(&inner)),
        Expr::Ident(it) => {
            let name = it.syntax().text().to_string();
            !SAID.contains(&name.as_str()) && is_of_flake(&name, it.syntax())
        }
        Expr::Select(it) => it.expr().is_some_and(|base| is_made_of_names(&base)),
        Expr::Apply(_) => true,
        _ => false,
    }
}

/// Whether all names that an expression takes from where it stands are bound alike where `at` stands.
fn means_the_same(expr: &Expr, at: &SyntaxNode) -> bool {
    let text = expr.syntax().text().to_string();
    let names: BTreeSet<_> = rnix::Root::parse(&text)
        .ok()
        .ok()
        .map_or_else(BTreeSet::new, |root| unbound_names(root.syntax()).into_iter().collect());
    let there = expr.syntax();
    names.iter().all(|name| {
        is_bound_at(name, at)
            && resolve(name, there) == resolve(name, at)
            && function_binding(name, there) == function_binding(name, at)
    })
}

/// The function around `at` that has a parameter of that name.
fn function_binding(name: &str, at: &SyntaxNode) -> Option<Lambda> {
    let mut functions = at.ancestors().filter_map(Lambda::cast);
    functions.find(|it| it.param().is_some_and(|param| binds(&param, name)))
}

/// What modules of flake-parts are passed alike.
const OF_MODULES: [&str; 3] = ["inputs", "self", "lib"];

/// Whether `value` is what `name` is where `at` stands.
pub(super) fn is_called_so(
    follower: &Follower<'_>,
    value: &Value,
    name: &str,
    at: &SyntaxNode,
    place: &Place,
) -> bool {
    let Some(term) = value.term() else { return false };
    let stands = |node: &SyntaxNode, file: &NixFile| (file.path().clone(), node.text_range());
    let there = stands(term.expr.syntax(), &term.file);
    if let Some(here) = follower.name(name, at, &place.term) {
        let here = follower.reduce(&here);
        return here.term().is_some_and(|here| stands(here.expr.syntax(), &here.file) == there);
    }
    let binder = |at: &SyntaxNode, file: &NixFile| {
        let mut functions = at.ancestors().filter_map(Lambda::cast);
        let function = functions.find(|it| it.param().is_some_and(|param| binds(&param, name)))?;
        Some(stands(function.syntax(), file))
    };
    let is_alike = || {
        let there = binder(term.expr.syntax(), &term.file);
        OF_MODULES.contains(&name) || there.is_some() && there == binder(at, &place.term.file)
    };
    term.expr.syntax().text() == name && is_alike()
}
