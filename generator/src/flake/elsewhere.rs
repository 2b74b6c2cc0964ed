//! What else a flake makes of the list or the set that its hosts are made of: homes, nodes to deploy.

use rnix::{
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, Expr, HasEntry},
};
use rowan::ast::AstNode;

use super::{place::Place, reading::Reading, system::missing_to};
use crate::{
    edit::Site,
    host_file::HostFiles,
    nix::{
        find::keys,
        follow::{Term, Value},
    },
    path::TreePath,
};

/// The functions that apply another to the names, or the items, of what they are given.
const APPLYING: [&str; 8] =
    ["map", "concatMap", "genAttrs", "forEach", "mapAttrs", "mapAttrs'", "concatMapAttrs", "mapAttrsToList"];

/// What another output reads of a new host by its name, as its name stands at `place`, and won't be there.
pub(super) fn missing(
    reading: &Reading<'_>,
    place: &Place,
    flake: &TreePath,
    own: &HostFiles,
    is_there: &dyn Fn(&TreePath) -> bool,
) -> Option<String> {
    let (Site::List(_) | Site::Set(_), Some(site)) = (&place.site, place.site.syntax()) else { return None };
    let follower = &reading.follower;
    let outputs = follower.select(&follower.file(flake)?, &["outputs"]).into_iter();
    let parts = reading
        .places
        .parts
        .iter()
        .flat_map(|part| follower.lookup(&Value::Term(part.clone()), &["flake"]).values);
    let sets: Vec<_> = outputs.chain(parts).map(|value| follower.body(&value)).collect();
    let calls = sets.iter().filter_map(Value::set).flat_map(|(term, set)| other_calls(term, set));
    let mut missing = calls.flat_map(|call| match applied_to(reading, &call, place, site) {
        Some(function) => missing_to(follower, &function, own, is_there),
        None => Vec::new(),
    });
    missing.next()
}

/// The calls in a set of outputs, but in the hosts.
fn other_calls(term: &Term, set: &AttrSet) -> Vec<Term> {
    let is_of_hosts = |binding: &AttrpathValue| {
        keys(binding).iter().any(|key| key.as_deref() == Some("nixosConfigurations"))
    };
    let others = set.attrpath_values().filter(|binding| !is_of_hosts(binding));
    let exprs = others.flat_map(|it| it.syntax().descendants().filter_map(Expr::cast).collect::<Vec<_>>());
    exprs.filter(|expr| matches!(expr, Expr::Apply(_))).map(|call| term.with(call)).collect()
}

/// The function that a call applies to each entry of `site`.
fn applied_to(reading: &Reading<'_>, call: &Term, place: &Place, site: &SyntaxNode) -> Option<Value> {
    let call = reading.follower.call(&Value::Term(call.clone()))?;
    let [first, second] = call.arguments.as_slice() else { return None };
    APPLYING.contains(&call.name.as_str()).then_some(())?;
    let is_site = |value: &Value| {
        let value = reading.follower.reduce(value);
        value.term().is_some_and(|it| it.expr.syntax() == site && it.file.path() == place.term.file.path())
    };
    if is_site(second) { Some(first.clone()) } else { is_site(first).then(|| second.clone()) }
}
