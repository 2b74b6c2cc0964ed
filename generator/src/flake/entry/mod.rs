//! What may be written for a new host: as its siblings are, or in full.

pub(crate) mod alike;
pub(super) mod arguments;
pub(super) mod around;
pub(super) mod carried;
pub(super) mod flake_wide;
pub(super) mod full;
pub(super) mod given;
pub(super) mod of_all;
pub(super) mod parts;
pub(super) mod passed;
pub(super) mod shared;
pub(super) mod sibling;
pub(super) mod special;
pub(super) mod taker;

use std::collections::{BTreeMap, BTreeSet};

use rnix::{
    SyntaxKind::{TOKEN_STRING_CONTENT, TOKEN_WHITESPACE},
    ast::{AttrpathValue, Expr, HasEntry},
};
use rowan::ast::AstNode;

use self::{
    full::{Full, bound},
    of_all::{
        as_all, as_called, as_module, as_named, with_inputs, with_less, with_platform, without_file_systems,
    },
    shared::{New, said},
    sibling::{Sibling, are_of_people},
};
use crate::{
    edit::Site,
    flake::place::{Place, via::Via},
    name::AgentName,
    nix::{find::keys, follow::last_name, literal},
    rename::rename,
};

/// An entry that may be written.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The whole entry: a binding with its `;`, or an item.
    pub(super) text: String,
    /// Whether it is written as if it stood at the first column, not as a sibling stands.
    pub(super) is_made: bool,
    /// What says the same as a whole set, where the entry binds what is below the name, which can't be followed.
    pub(super) proof: Option<String>,
    /// How much must be known of it.
    pub(super) origin: Origin,
}

impl Candidate {
    pub(super) fn as_siblings(text: String) -> Self {
        Self { text, is_made: false, proof: None, origin: Origin::Siblings }
    }

    /// An entry in the official style: `key = value;`, or the value alone where `key` is empty.
    pub(super) fn made(key: &str, value: &str, origin: Origin) -> Option<Self> {
        let value = nixfmt_rs::format(value).ok()?;
        let value = value.trim_end();
        let text = if key.is_empty() { value.to_owned() } else { format!("{key} = {value};") };
        Some(Self { text, is_made: true, proof: None, origin })
    }
}

/// Where an entry is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// As another agent's is.
    Agent,
    /// As most siblings' are.
    Siblings,
    /// As a single sibling's is, of which nothing is said but its name: one of several ways.
    Sibling,
    /// A call of `nixosSystem`, in full.
    Ours,
}

/// The entries that may be written, the best first, by stages: those of a later one are made only if none before holds.
pub(super) fn candidates(full: &Full<'_>) -> impl Iterator<Item = Vec<Candidate>> {
    let stages: [fn(&Full<'_>) -> Vec<Candidate>; 2] = [as_agents, as_siblings];
    stages.into_iter().map(|stage| {
        let mut candidates = stage(full);
        if !matches!(full.place.site, Site::List(_)) {
            for candidate in &mut candidates {
                candidate.text = aligned(&candidate.text, full.siblings);
            }
        }
        candidates
    })
}

/// The entries as siblings that are no agents have them, and in full.
fn as_siblings(full: &Full<'_>) -> Vec<Candidate> {
    let Full { place, siblings, host, .. } = full;
    let mut candidates = Vec::new();
    let key = key(place, siblings, host);
    if place.via.is_of_attributes()
        && let Some(value) = siblings.iter().rev().find(|it| it.is_empty()).and_then(|it| it.value.clone())
    {
        candidates.push(Candidate::as_siblings(format!("{key} = {value};")));
    }
    if place.via.is_of_attributes() {
        candidates.extend(below(place, siblings, host, &key));
    }
    // What one sibling says may be of its people, or leave it the file systems of others.
    let are_alike = !are_of_people(siblings) && without_file_systems(full).is_empty();
    if are_alike {
        candidates.extend(as_most(siblings, host, place));
    }
    let said = New { host, module: Some(full.folder), ..New::default() };
    let ways = [false, true].map(|is_bare| [false, true].map(|is_listed| New { is_listed, is_bare, ..said }));
    for candidate in ways.iter().flatten().filter_map(|new| as_all(full, &key, new)) {
        if !candidates.iter().any(|it| it.text == candidate.text) {
            candidates.push(candidate);
        }
    }
    if are_alike {
        candidates.extend(as_each(siblings, host));
    }
    candidates.extend(as_module(full, &key));
    candidates.extend(as_named(full, &key));
    candidates.extend(as_called(full, &key));
    candidates.extend(with_platform(full, &key, &candidates));
    candidates.extend(with_less(full, &key, &candidates));
    candidates.extend(ways.iter().flatten().flat_map(|new| with_inputs(full, &key, new)));
    if matches!(place.via, Via::Arguments(_)) {
        let ways = full.by_modules().into_iter();
        candidates.extend(ways.filter_map(|value| Candidate::made(&key, &value, Origin::Siblings)));
    }
    match (&place.via, &place.site) {
        (Via::Host, _) if full.maker.is_some() => {
            let made = full.by_framework();
            candidates.extend(made.and_then(|made| Candidate::made(&key, &made, Origin::Ours)));
        }
        (Via::Host | Via::Arguments(_), _) => {
            let function = if matches!(place.via, Via::Host) { full.function() } else { Some(String::new()) };
            if let Some(function) = function {
                let all = full.as_all(&function).into_iter().map(|value| (value, Origin::Siblings));
                let alone = full.alone().map(|arguments| (format!("{function} {arguments}"), Origin::Ours));
                let in_full = all.chain(alone).map(|(value, origin)| (full.in_system(value), origin));
                candidates
                    .extend(in_full.filter_map(|(value, origin)| Candidate::made(&key, &value, origin)));
            }
        }
        // Where sets are merged, one more may be written in full.
        (Via::Sets(_), Site::List(_)) => candidates.extend(full.alone().filter_map(|arguments| {
            let value =
                format!("{{ {} = {} {arguments}; }}", literal::quote_attribute(host), full.function()?);
            Candidate::made("", &value, Origin::Ours)
        })),
        (Via::Named(..), Site::List(_)) => {
            candidates.push(Candidate::as_siblings(literal::quote(host)));
        }
        // What is said of every host may be needed of each.
        (via, _)
            if via.is_of_attributes()
                && !siblings.iter().any(Sibling::is_empty)
                && !all_say_something(siblings) =>
        {
            candidates.push(Candidate::as_siblings(format!("{key} = {{ }};")));
        }
        _ => {}
    }
    candidates
}

/// Whether an attribute is said of every sibling, or one of them is no set written out: then an empty set may be too
/// little for a new one.
fn all_say_something(siblings: &[Sibling<'_>]) -> bool {
    let attributes = |sibling: &Sibling<'_>| {
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
fn aligned(entry: &str, siblings: &[Sibling<'_>]) -> String {
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

/// The last agent's entry, with the new name.
fn as_agents(full: &Full<'_>) -> Vec<Candidate> {
    let Some(name) = full.host.strip_prefix("agent-") else { return Vec::new() };
    let entry = full.siblings.iter().rev().find_map(|sibling| {
        let agent = AgentName::of_host(&sibling.name).filter(|_| sibling.is_plain())?;
        let text = sibling.node.text().to_string();
        // A string that its name begins with is what it has with others: a user of several machines.
        let is_shared = |text: &Expr| {
            let shared = literal::string(text).and_then(|text| sibling.name.strip_prefix(&text));
            shared.is_some_and(|rest| rest.starts_with('-'))
        };
        if sibling.node.descendants().filter_map(Expr::cast).any(|it| is_shared(&it)) {
            return None;
        }
        let text = rename(&text, agent.as_str(), name, false);
        Some(Candidate { text, is_made: false, proof: None, origin: Origin::Agent })
    });
    entry.into_iter().collect()
}

/// The entry that most siblings agree on but for their names, with the new name.
fn as_most(siblings: &[Sibling<'_>], host: &str, place: &Place) -> Option<Candidate> {
    let entries: Vec<_> = siblings.iter().filter(|it| it.is_plain() && it.is_ordinary()).collect();
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for sibling in &entries {
        *alike.entry(sibling.renamed(host)).or_default() += 1;
    }
    let most = alike.values().copied().max()?;
    let mut best = alike.into_iter().filter(|(_, count)| *count == most);
    let (text, _) = best.next()?;
    // Of two ways that are as common none is the way. Where a host can be written in full, what only some say is none of it.
    let in_full = matches!(place.via, Via::Host | Via::Arguments(_));
    // A string that others have otherwise is chosen for each.
    let is_chosen = differ_in_flags(&entries)
        || entries.iter().map(|it| it.renamed(host)).any(|it| it != text && frame(&it) == frame(&text));
    let is_of_most = most * 2 > entries.len();
    let is_clear = if in_full { is_of_most && !is_chosen } else { is_of_most || !choose(&entries, host) };
    let is_one = most > 1 && best.next().is_none() && is_clear;
    is_one.then(|| Candidate::as_siblings(text))
}

/// Whether all entries are sets and say something of the same name, which each chooses for itself.
fn choose(entries: &[&Sibling<'_>], host: &str) -> bool {
    let sets = entries.iter().map(|it| match it.renamed_value(host)? {
        Expr::AttrSet(set) => Some(set),
        _ => None,
    });
    let Some(sets) = sets.collect::<Option<Vec<_>>>() else { return false };
    let names = sets.first().into_iter().flat_map(HasEntry::attrpath_values);
    names.filter_map(|it| it.attrpath()).any(|name| {
        let values = sets.iter().map(|set| bound(set, &name.syntax().text().to_string()));
        let Some(values) = values.collect::<Option<Vec<_>>>() else { return false };
        let said: BTreeSet<_> = values.iter().map(said).collect();
        said.len() > 1
    })
}

/// Whether all entries say to what they call whether something is so, and not all of them alike.
fn differ_in_flags(entries: &[&Sibling<'_>]) -> bool {
    let flags = |entry: &&Sibling<'_>| -> BTreeSet<(String, String)> {
        let sets = entry.value.iter().flat_map(arguments_of).filter_map(|argument| match argument {
            Expr::AttrSet(set) => Some(set),
            _ => None,
        });
        let said = sets.flat_map(|set| set.attrpath_values().collect::<Vec<_>>()).filter_map(|binding| {
            let value = binding.value()?.syntax().text().to_string();
            matches!(value.as_str(), "true" | "false").then_some(())?;
            Some((binding.attrpath()?.syntax().text().to_string(), value))
        });
        said.collect()
    };
    let all: Vec<_> = entries.iter().map(flags).collect();
    let names = all.iter().flatten().map(|(name, _)| name);
    names.into_iter().any(|name| {
        let said = all.iter().filter_map(|flags| flags.iter().find(|(other, _)| other == name));
        let values: Vec<_> = said.map(|(_, value)| value).collect();
        values.len() == all.len() && values.iter().any(|value| Some(value) != values.first())
    })
}

/// What is given to the function of a call.
fn arguments_of(call: &Expr) -> Vec<Expr> {
    match call {
        Expr::Paren(it) => it.expr().iter().flat_map(arguments_of).collect(),
        Expr::Apply(it) => {
            let before = it.lambda().iter().flat_map(arguments_of).collect::<Vec<_>>();
            before.into_iter().chain(it.argument()).collect()
        }
        _ => Vec::new(),
    }
}

/// An entry without what its strings say.
fn frame(entry: &str) -> Vec<String> {
    let tokens = rnix::Root::parse(&format!("{{ {entry} }}")).syntax().descendants_with_tokens();
    let tokens = tokens.filter_map(rnix::NodeOrToken::into_token);
    let words = tokens.filter(|it| !matches!(it.kind(), TOKEN_STRING_CONTENT | TOKEN_WHITESPACE));
    words.map(|token| token.text().to_owned()).collect()
}

/// The entries that say nothing of one sibling but its name, with the new name.
fn as_each(siblings: &[Sibling<'_>], host: &str) -> Vec<Candidate> {
    let is_model = |it: &&Sibling<'_>| it.is_plain() && !it.is_computed() && it.is_ordinary();
    let models = siblings.iter().filter(is_model).filter(|it| it.system().is_none());
    let named = models.filter(|it| it.renamed_value(host).is_some_and(|value| says_only_name(&value, host)));
    let ways: BTreeSet<_> = named.map(|it| it.renamed(host)).collect();
    let way = |text| Candidate { origin: Origin::Sibling, ..Candidate::as_siblings(text) };
    ways.into_iter().map(way).collect()
}

/// Whether nothing is said in a call but a host's name, an agent's platform, and what all of a flake has.
pub(super) fn says_only_name(value: &Expr, host: &str) -> bool {
    const OF_ALL: [&str; 7] = ["inputs", "self", "lib", "pkgs", "nixpkgs", "system", "outputs"];
    let of_all = |name: Option<String>| name.is_some_and(|name| OF_ALL.contains(&name.as_str()));
    let of_name = |text: &str| text.contains(host) || text == "\"x86_64-linux\"";
    match value {
        Expr::Paren(it) => it.expr().is_some_and(|inner| says_only_name(&inner, host)),
        Expr::Apply(it) => {
            let is_call = it.lambda().is_some_and(|function| match function {
                Expr::Apply(_) => says_only_name(&function, host),
                function => last_name(&function).is_some(),
            });
            is_call && it.argument().is_some_and(|argument| says_only_name(&argument, host))
        }
        Expr::Str(_) | Expr::PathRel(_) => of_name(&value.syntax().text().to_string()),
        Expr::Ident(_) | Expr::Select(_) => of_all(last_name(value)),
        Expr::List(it) => it.items().all(|item| says_only_name(&item, host)),
        Expr::AttrSet(it) => {
            let mut names = it.inherits().flat_map(|inherit| inherit.attrs().collect::<Vec<_>>());
            names.all(|name| of_all(literal::attribute(&name)))
                && it.attrpath_values().all(|it| it.value().is_some_and(|value| says_only_name(&value, host)))
        }
        _ => false,
    }
}

/// The entry that binds what all siblings bind alike below their names: `tower.system = "x86_64-linux";`.
fn below(place: &Place, siblings: &[Sibling<'_>], host: &str, key: &str) -> Option<Candidate> {
    let mut said: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for sibling in siblings.iter().filter(|it| it.is_ordinary()) {
        let binding = AttrpathValue::cast(sibling.node.clone()).filter(|_| sibling.value.is_none())?;
        let attrs: Vec<_> = binding.attrpath()?.attrs().collect();
        let below = said.entry(&sibling.name).or_default();
        if let [name] = attrs.get(place.prefix + 1..)? {
            let value = rename(&binding.value()?.syntax().text().to_string(), &sibling.name, host, true);
            below.push((name.syntax().text().to_string(), value));
        }
    }
    let said: Vec<_> = said.into_values().collect();
    let (first, others) = said.split_first().filter(|(_, others)| !others.is_empty())?;
    let in_each = |it: &&(String, String)| others.iter().all(|other| other.contains(it));
    let alike: Vec<_> =
        first.iter().filter(in_each).map(|(name, value)| format!("{name} = {value};")).collect();
    let (bindings, whole) = (alike.join(" "), format!("{{ {} }}", alike.join(" ")));
    match alike.len() {
        0 => None,
        1 => Some(Candidate {
            proof: Some(format!("{key} = {whole};")),
            ..Candidate::as_siblings(format!("{key}.{bindings}"))
        }),
        _ => Candidate::made(key, &whole, Origin::Siblings),
    }
}

/// The name as it is written at `place`: quoted if all siblings' are.
fn key(place: &Place, siblings: &[Sibling<'_>], host: &str) -> String {
    if matches!(place.site, Site::List(_)) {
        return String::new();
    }
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
