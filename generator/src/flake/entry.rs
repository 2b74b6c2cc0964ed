//! What may be written for a new host: as its siblings are, or in full.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use rnix::{
    SyntaxKind::TOKEN_COMMENT,
    SyntaxNode,
    ast::{AttrpathValue, Expr, HasEntry, Lambda, Param},
};
use rowan::ast::AstNode;

use super::{place::Place, reading::Host, via::Via};
use crate::{
    edit::Site,
    name::AgentName,
    nix::{
        find::keys,
        follow::{Follower, Value, last_name},
        literal,
        scope::{is_bound_at, resolve},
    },
    rename::rename,
};

/// An entry that may be written.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The whole entry: a binding with its `;`, or an item.
    pub(super) text: String,
    /// Whether it is written as if it stood at the first column, not as a sibling stands.
    pub(super) is_made: bool,
    /// How much must be known of it.
    pub(super) origin: Origin,
}

impl Candidate {
    fn as_siblings(text: String) -> Self {
        Self { text, is_made: false, origin: Origin::Siblings }
    }
}

/// Where an entry is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// As another agent's is.
    Agent,
    /// As most siblings' are.
    Siblings,
    /// A call of `nixosSystem`, in full.
    Ours,
}

/// A host that is there.
struct Sibling {
    name: String,
    node: SyntaxNode,
    value: Option<Expr>,
}

/// The entries that may be written for `host` at `place`, the best first.
pub(super) fn candidates(
    follower: &Follower<'_>,
    place: &Place,
    hosts: &[Host],
    host: &str,
    folder: &str,
) -> Vec<Candidate> {
    let siblings: Vec<_> = hosts.iter().map(|host| sibling(place, &host.name, &host.node)).collect();
    let mut candidates: Vec<Candidate> = as_agents(&siblings, host).into_iter().collect();
    let key = key(place, &siblings, host);
    if place.via.is_of_attributes()
        && let Some(value) = siblings.iter().rev().find(|it| is_empty(it)).and_then(|it| it.value.clone())
    {
        candidates.push(Candidate::as_siblings(format!("{key} = {value};")));
    }
    candidates.extend(as_siblings(&siblings, host, place));
    match (&place.via, &place.site) {
        (Via::Host | Via::Arguments, _) => {
            let function =
                if matches!(place.via, Via::Host) { function(place, &siblings) } else { Some(String::new()) };
            let all = arguments(follower, place, &siblings, host, folder);
            let values = all.into_iter().filter_map(|it| formatted(&format!("{}{it}", function.as_ref()?)));
            candidates.extend(values.map(|value| Candidate {
                text: format!("{key} = {value};"),
                is_made: true,
                origin: Origin::Ours,
            }));
        }
        (Via::Named(..), Site::List(_)) => {
            candidates.push(Candidate::as_siblings(literal::quote(host)));
        }
        // What is said of every host may be needed of each.
        (via, _)
            if via.is_of_attributes() && !siblings.iter().any(is_empty) && !all_say_something(&siblings) =>
        {
            candidates.push(Candidate::as_siblings(format!("{key} = {{ }};")));
        }
        _ => {}
    }
    if !matches!(place.site, Site::List(_)) {
        for candidate in &mut candidates {
            candidate.text = aligned(&candidate.text, &siblings);
        }
    }
    candidates
}

/// Whether a sibling's name is computed: what computes it may say more of that host.
fn is_computed(sibling: &Sibling) -> bool {
    let keys = AttrpathValue::cast(sibling.node.clone()).map(|binding| keys(&binding));
    keys.is_some_and(|keys| keys.iter().any(Option::is_none))
}

/// Whether nothing is said of a sibling but its name.
fn is_empty(sibling: &Sibling) -> bool {
    matches!(&sibling.value, Some(Expr::AttrSet(set)) if set.syntax().children().next().is_none())
}

/// Whether an attribute is said of every sibling, or one of them is no set written out: then an empty set may be too
/// little for a new one.
fn all_say_something(siblings: &[Sibling]) -> bool {
    let attributes = |sibling: &Sibling| {
        let Some(Expr::AttrSet(set)) = &sibling.value else { return None };
        let bound = set.attrpath_values().filter_map(|it| keys(&it).into_iter().next().flatten());
        let inherited = set.inherits().flat_map(|it| it.attrs().collect::<Vec<_>>());
        Some(bound.chain(inherited.filter_map(|attr| literal::attribute(&attr))).collect::<BTreeSet<_>>())
    };
    let sets: Option<Vec<_>> = siblings.iter().map(attributes).collect();
    sets.is_none_or(|sets| {
        let common = sets.into_iter().reduce(|common, next| &common & &next);
        common.is_some_and(|common| !common.is_empty())
    })
}

/// The entry with its `=` where all siblings that are on one line have theirs.
fn aligned(entry: &str, siblings: &[Sibling]) -> String {
    let Some((key, value)) = entry.split_once('=').filter(|_| !entry.contains('\n')) else {
        return entry.into();
    };
    let columns = siblings.iter().map(|it| it.node.text().to_string()).filter(|text| !text.contains('\n'));
    let columns: Vec<_> =
        columns.map(|text| text.find('=').map(|column| (column, text.contains("  =")))).collect();
    let padded = columns.iter().flatten().any(|(_, padded)| *padded);
    let column = columns.first().copied().flatten().map(|(column, _)| column);
    let same = columns.iter().all(|it| it.map(|(column, _)| column) == column);
    match column.filter(|_| padded && same) {
        Some(column) => format!("{:1$}={value}", format!("{} ", key.trim_end()), column),
        None => format!("{} ={value}", key.trim_end()),
    }
}

/// Whether nothing is said in an entry that is for its host alone, as comments are.
fn is_plain(sibling: &Sibling) -> bool {
    let mut tokens = sibling.node.descendants_with_tokens();
    sibling.value.is_some() && !tokens.any(|it| it.kind() == TOKEN_COMMENT)
}

fn sibling(place: &Place, name: &str, node: &SyntaxNode) -> Sibling {
    let value = match &place.site {
        Site::List(_) => Expr::cast(node.clone()),
        _ => AttrpathValue::cast(node.clone())
            .filter(|binding| keys(binding).len() == place.prefix + 1)
            .and_then(|binding| binding.value()),
    };
    Sibling { name: name.to_owned(), node: node.clone(), value }
}

/// The last agent's entry, with the new name.
fn as_agents(siblings: &[Sibling], host: &str) -> Option<Candidate> {
    let name = host.strip_prefix("agent-")?;
    siblings.iter().rev().find_map(|sibling| {
        let agent = AgentName::of_host(&sibling.name).filter(|_| is_plain(sibling))?;
        let text = sibling.node.text().to_string();
        let text = rename(&text, agent.as_str(), name, false);
        Some(Candidate { text, is_made: false, origin: Origin::Agent })
    })
}

/// The entry that most siblings agree on but for their names, or else what all have in common, with the new name.
fn as_siblings(siblings: &[Sibling], host: &str, place: &Place) -> Option<Candidate> {
    let entries: Vec<_> = siblings.iter().filter(|it| is_plain(it) && !is_elsewhere(it)).collect();
    if are_of_people(siblings) {
        return None;
    }
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for sibling in &entries {
        *alike.entry(renamed(sibling, host)).or_default() += 1;
    }
    // A single sibling that calls `nixosSystem` in full says nothing of what others would share with it.
    let in_full = |sibling: &Sibling| matches!(place.via, Via::Host) && system_of(sibling).is_some();
    let alone = siblings.len() == 1 && !entries.iter().any(|it| in_full(it));
    let most = alike.values().copied().max()?;
    let mut best = alike.into_iter().filter(|(_, count)| *count == most);
    let (text, _) = best.next()?;
    // Of two ways that are as common none is the way.
    let is_one = best.next().is_none() && (most > 1 || alone);
    let best = is_one.then(|| Candidate::as_siblings(text));
    if most * 2 > entries.len() {
        return best;
    }
    // Where a host can be written in full, what only some say is none of it.
    let best = best.filter(|_| !matches!(place.via, Via::Host | Via::Arguments));
    common(&entries, host, &key(place, siblings, host)).or(best)
}

/// What an entry comes to: what is called, and the bindings or the items that it is called with.
#[derive(PartialEq, Eq)]
struct Said {
    function: String,
    is_list: bool,
    parts: Vec<String>,
}

impl Said {
    fn of(sibling: &Sibling, host: &str) -> Option<Self> {
        let text = |node: &SyntaxNode| rename(&node.text().to_string(), &sibling.name, host, true);
        let (function, argument) = match sibling.value.as_ref()? {
            Expr::Apply(call) => (text(call.lambda()?.syntax()), call.argument()?),
            value => (String::new(), value.clone()),
        };
        let parts = match &argument {
            Expr::List(list) => list.items().map(|item| text(item.syntax())).collect(),
            Expr::AttrSet(set) if set.rec_token().is_none() => {
                set.entries().map(|entry| text(entry.syntax())).collect()
            }
            _ => return None,
        };
        Some(Self { function, is_list: matches!(argument, Expr::List(_)), parts })
    }
}

/// What is said of each of several siblings and no more: as one of them says it, or the items that are in each list.
fn common(entries: &[&Sibling], host: &str, key: &str) -> Option<Candidate> {
    let all: Vec<_> = entries.iter().map(|it| Said::of(it, host)).collect::<Option<_>>()?;
    let (first, others) = all.split_first().filter(|(_, others)| !others.is_empty())?;
    if others.iter().any(|it| (&it.function, it.is_list) != (&first.function, first.is_list)) {
        return None;
    }
    let in_each = |part: &&String| others.iter().all(|it| it.parts.contains(part));
    let common: Vec<_> = first.parts.iter().filter(in_each).map(String::as_str).collect();
    match all.iter().position(|it| it.parts.len() == common.len()) {
        Some(least) => entries.get(least).map(|sibling| Candidate::as_siblings(renamed(sibling, host))),
        None if first.is_list && !common.is_empty() => {
            let value = formatted(&format!("{} [ {} ]", first.function, common.join(" ")))?;
            Some(Candidate { is_made: true, ..Candidate::as_siblings(format!("{key} = {value};")) })
        }
        None => None,
    }
}

/// Whether a sibling is said to be for a platform that no agent's machine has.
fn is_elsewhere(sibling: &Sibling) -> bool {
    let text = sibling.node.text().to_string();
    ["\"aarch64-", "\"armv", "\"riscv64-", "\"i686-", "-darwin\""]
        .iter()
        .any(|platform| text.contains(platform))
}

/// Whether the siblings are said to be of different people: whose the new one is can't be told from them.
fn are_of_people(siblings: &[Sibling]) -> bool {
    const PERSONAL: [&str; 6] = ["user", "users", "username", "userName", "mainUser", "primaryUser"];
    let people = |sibling: &Sibling| -> BTreeSet<String> {
        let bindings = sibling.node.descendants().filter_map(AttrpathValue::cast).filter(|it| {
            keys(it).last().is_some_and(|key| key.as_deref().is_some_and(|key| PERSONAL.contains(&key)))
        });
        bindings.filter_map(|it| Some(it.value()?.syntax().text().to_string())).collect()
    };
    let people: BTreeSet<_> = siblings.iter().map(people).filter(|it| !it.is_empty()).collect();
    people.len() > 1
}

fn renamed(sibling: &Sibling, host: &str) -> String {
    let text = rename(&sibling.node.text().to_string(), &sibling.name, host, true);
    // What aligns its `=` is no difference.
    match text.split_once('=') {
        Some((key, value)) if AttrpathValue::can_cast(sibling.node.kind()) => {
            format!("{} ={value}", key.trim_end())
        }
        _ => text,
    }
}

/// The name as it is written at `place`: quoted if all siblings' are.
fn key(place: &Place, siblings: &[Sibling], host: &str) -> String {
    // Siblings whose names can't be told are followed, too.
    let nodes: Vec<_> = match &place.site {
        Site::After(nodes) => nodes.clone(),
        _ => siblings.iter().map(|sibling| sibling.node.clone()).collect(),
    };
    let prefixes = nodes.iter().filter_map(|node| {
        let attrs: Vec<_> = AttrpathValue::cast(node.clone())?.attrpath()?.attrs().collect();
        let name = attrs.get(place.prefix)?;
        let start = attrs.first()?.syntax().text_range().start();
        let length = name.syntax().text_range().start() - start;
        let quoted = literal::attribute(name).is_some() && matches!(name, rnix::ast::Attr::Str(_));
        Some((node.text().to_string().get(..length.into())?.to_owned(), quoted))
    });
    let prefixes: Vec<_> = prefixes.collect();
    let quoted = !prefixes.is_empty() && prefixes.iter().all(|(_, quoted)| *quoted);
    let name = if quoted { literal::quote(host) } else { literal::quote_attribute(host) };
    match (&place.site, prefixes.last()) {
        (Site::After(_), Some((prefix, _))) => format!("{prefix}{name}"),
        _ => format!("{}{name}", place.opening),
    }
}

/// The function `nixosSystem`, by names that are bound at `place`.
fn function(place: &Place, siblings: &[Sibling]) -> Option<String> {
    let at = place.site.syntax()?;
    let bound = |name: &str| is_bound_at(name, at);
    let theirs = siblings.iter().rev().filter_map(|it| Some(system_of(it)?.0));
    let theirs =
        theirs.into_iter().find(|function| bound(function.split(['.', ' ']).next().unwrap_or_default()));
    theirs.or_else(|| {
        let nixpkgs = if bound("nixpkgs") { "nixpkgs".into() } else { format!("{}.nixpkgs", inputs(at)?) };
        Some(format!("{nixpkgs}.lib.nixosSystem"))
    })
}

/// What `nixosSystem` is called with, the best first: the host's folder, and the arguments for modules that most of its
/// siblings have, or else `inputs`.
fn arguments(
    follower: &Follower<'_>,
    place: &Place,
    siblings: &[Sibling],
    host: &str,
    folder: &str,
) -> Vec<String> {
    let Some(at) = place.site.syntax() else { return Vec::new() };
    let is_first = siblings.is_empty() && !matches!(place.site, Site::Over(_));
    let theirs = siblings.iter().rev().filter(|sibling| !is_computed(sibling)).filter_map(|sibling| {
        let (_, arguments) = system_of(sibling)?;
        let value = Value::Term(place.term.with(arguments.clone()));
        let passes = follower.lookup(&value, &["specialArgs", "inputs"]).is_bound();
        let text = passes.then(|| special_arguments(&arguments))??;
        Some(rename(&text, &sibling.name, host, true))
    });
    let mut alike: Vec<(String, usize)> = Vec::new();
    for text in theirs {
        match alike.iter_mut().find(|(other, _)| *other == text) {
            Some((_, count)) => *count += 1,
            None => alike.push((text, 1)),
        }
    }
    // What one of several says may be of that host alone. Of as many the shorter says less.
    let is_of_all =
        |(text, count): &(String, usize)| *count > 1 || siblings.len() == 1 || !text.contains('"');
    let theirs = alike.into_iter().rev().filter(is_of_all);
    let theirs = theirs.max_by_key(|(text, count)| (*count, Reverse(text.len())));
    let ours = inputs(at).map(|inputs| match inputs.as_str() {
        "inputs" if is_first && is_bound_at("self", at) => {
            "specialArgs = { inherit inputs self; outputs = self; };".to_owned()
        }
        "inputs" => "specialArgs = { inherit inputs; };".to_owned(),
        other => format!("specialArgs = {{ inputs = {other}; }};"),
    });
    // What siblings say may mention a name that only they bind.
    let all = theirs.map(|(text, _)| text).into_iter().chain(ours);
    all.map(|special| format!("{{ system = \"x86_64-linux\"; modules = [ {folder} ]; {special} }}")).collect()
}

fn formatted(expression: &str) -> Option<String> {
    Some(nixfmt_rs::format(expression).ok()?.trim_end().to_owned())
}

/// The function and the argument of a sibling that is a call of `nixosSystem`.
fn system_of(sibling: &Sibling) -> Option<(String, Expr)> {
    let Expr::Apply(call) = sibling.value.as_ref()? else { return None };
    let function = call.lambda()?;
    let text = function.syntax().text().to_string();
    // What the flake itself offers by that name may want something else than nixpkgs' own.
    let is_nixpkgs = last_name(&function)? == "nixosSystem" && !text.starts_with("self.");
    is_nixpkgs.then_some((text, call.argument()?))
}

/// The bindings of `specialArgs`, as a sibling writes them.
fn special_arguments(arguments: &Expr) -> Option<String> {
    let Expr::AttrSet(set) = arguments else { return None };
    let mut bindings = Vec::new();
    for binding in set.attrpath_values() {
        if keys(&binding).first().is_some_and(|key| key.as_deref() == Some("specialArgs")) {
            bindings.push(binding.syntax().text().to_string());
        }
    }
    let inherited = set.inherits().filter(|it| it.from().is_none()).flat_map(|it| it.attrs());
    if inherited.into_iter().any(|attr| literal::attribute(&attr).as_deref() == Some("specialArgs")) {
        bindings.push("inherit specialArgs;".into());
    }
    (!bindings.is_empty()).then(|| bindings.join(" "))
}

/// What the whole of the flake's inputs is called where `at` stands.
fn inputs(at: &SyntaxNode) -> Option<String> {
    if is_bound_at("inputs", at) {
        // What a `let` calls so may be something else.
        let other = resolve("inputs", at).map(|it| it.syntax().text().to_string());
        return other.is_none_or(|it| it == "self.inputs").then(|| "inputs".into());
    }
    let whole = outputs(at).and_then(|outputs| match outputs.param()? {
        Param::IdentParam(it) => it.ident(),
        Param::Pattern(it) => it.pat_bind()?.ident(),
    });
    let whole = whole.map(|name| name.syntax().text().to_string());
    let whole = whole.filter(|name| !name.starts_with('_') && is_bound_at(name, at));
    whole.or_else(|| is_bound_at("self", at).then(|| "self.inputs".into()))
}

/// The function that `outputs` is bound to, around `at`.
fn outputs(at: &SyntaxNode) -> Option<Lambda> {
    let is_outputs = |lambda: &Lambda| {
        let binding = lambda.syntax().parent().and_then(AttrpathValue::cast);
        binding.is_some_and(|it| keys(&it) == [Some("outputs".to_owned())])
    };
    at.ancestors().filter_map(Lambda::cast).find(is_outputs)
}

/// How the parameter of `outputs` is to be written so that `inputs` is bound where `at` stands.
pub(super) fn with_inputs_bound(at: &SyntaxNode) -> Option<String> {
    let Param::Pattern(pattern) = outputs(at)?.param()? else { return None };
    let names: Vec<_> = pattern.pat_entries().map(|entry| entry.syntax().text().to_string()).collect();
    let rest = pattern.ellipsis_token().map(|_| "...".to_owned());
    let names = names.into_iter().chain(rest).collect::<Vec<_>>().join(", ");
    Some(format!("{{ {names} }}@inputs:"))
}
