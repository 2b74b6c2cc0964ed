//! What else a flake makes of its hosts, or of the list or set that they are made of: homes, nodes to deploy, keys that each
//! machine knows of the others.

use rnix::{
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, Expr, HasEntry},
};
use rowan::ast::AstNode;

use super::{missing::Missing, system::arguments};
use crate::{
    edit::Site,
    error::Location,
    flake::{files::Planned, place::Place, reading::Reading, unfound::HOSTS},
    host_file::HostFiles,
    nix::{
        find::keys,
        follow::{Term, Value},
    },
    path::TreePath,
};

/// The functions that apply another to the names, or the items, of what they are given.
const APPLYING: [&str; 7] =
    ["map", "concatMap", "genAttrs", "mapAttrs", "mapAttrs'", "concatMapAttrs", "mapAttrsToList"];

/// Where a file is read for every host by its name, and which that would be for a new one, where it won't be there: then no
/// host that reads it for all evaluates.
pub(crate) fn missing_for_all(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    own: &HostFiles,
    is_there: &dyn Fn(&TreePath) -> bool,
) -> Option<(Location, String)> {
    let follower = &reading.follower;
    let passed = passed(reading);
    // What a module names may be what hosts pass it.
    let entered = |file: &Value| follower.apply(file, passed.clone()?);
    let terms = files.all_with_word(HOSTS).into_iter().filter_map(|path| follower.file(&path));
    let terms = terms.flat_map(|file| [entered(&file), Some(file)]).flatten();
    terms.filter_map(|value| value.term().cloned()).find_map(|file| {
        let mut calls = file.within().filter(|it| matches!(it.expr, Expr::Apply(_)));
        calls.find_map(|call| {
            let function = applied_where(reading, &call, &|collection| is_of_hosts(reading, collection))?;
            let missing = Missing { follower, own, is_there }.to(&function).into_iter();
            // What a set lacks is another matter.
            let file =
                missing.into_iter().find(|it| TreePath::new(it.as_str()).is_ok() && it.contains('/'))?;
            Some((call.location(), file))
        })
    })
}

/// What the first host that is seen to pass anything passes its modules.
fn passed(reading: &Reading<'_>) -> Option<Value> {
    let hosts = reading.each().flat_map(|(place, hosts)| hosts.iter().map(move |host| (place, host)));
    let arguments = |(place, host)| arguments(&reading.follower, &reading.made(place, host)?);
    hosts.filter_map(arguments).find_map(|it| reading.follower.select(&it, &["specialArgs"]))
}

/// Whether a set or a list is that of the hosts, or of some of them: on the way to what it comes to, or to what that is made
/// of, the output is named.
fn is_of_hosts(reading: &Reading<'_>, value: &Value) -> bool {
    is_made_of_hosts(reading, value, STEPS)
}

fn is_made_of_hosts(reading: &Reading<'_>, value: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let names = |value: &Value| {
        let text = value.innermost().map(|term| term.expr.syntax().text().to_string());
        text.is_some_and(|text| text.contains(HOSTS))
    };
    let steps = std::iter::successors(Some(value.clone()), |value| reading.follower.next(value));
    let steps: Vec<_> = steps.take(STEPS).collect();
    let made_of = steps.last().and_then(|made| reading.follower.call(made)).map(|call| call.arguments);
    steps.iter().any(names)
        || made_of.iter().flatten().any(|argument| is_made_of_hosts(reading, argument, depth))
}

/// How many steps are made on that way, and how deep what is made of them lies in calls.
const STEPS: usize = 8;

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
        Some(function) => Missing { follower, own, is_there }.to(&function),
        None => Vec::new(),
    });
    missing.next()
}

/// The calls in a set of outputs, but in the hosts.
fn other_calls(term: &Term, set: &AttrSet) -> Vec<Term> {
    let is_of_hosts = |binding: &AttrpathValue| keys(binding).iter().any(|key| key.as_deref() == Some(HOSTS));
    let others = set.attrpath_values().filter(|binding| !is_of_hosts(binding));
    let exprs = others.flat_map(|it| it.syntax().descendants().filter_map(Expr::cast).collect::<Vec<_>>());
    exprs.filter(|expr| matches!(expr, Expr::Apply(_))).map(|call| term.with(call)).collect()
}

/// The function that a call applies to each entry of `site`.
fn applied_to(reading: &Reading<'_>, call: &Term, place: &Place, site: &SyntaxNode) -> Option<Value> {
    applied_where(reading, call, &|value| {
        let value = reading.follower.reduce(value);
        value.term().is_some_and(|it| it.expr.syntax() == site && it.file.path() == place.term.file.path())
    })
}

/// The function that a call applies to each entry of a set or a list that is wanted.
fn applied_where(reading: &Reading<'_>, call: &Term, is_wanted: &dyn Fn(&Value) -> bool) -> Option<Value> {
    let call = reading.follower.call(&Value::Term(call.clone()))?;
    let [first, second] = call.arguments.as_slice() else { return None };
    APPLYING.contains(&call.name.as_str()).then_some(())?;
    if is_wanted(second) { Some(first.clone()) } else { is_wanted(first).then(|| second.clone()) }
}
