//! What hosts are passed that is a whole flake's, and so a new host's, too.

use std::{collections::BTreeSet, slice};

use rnix::{
    SyntaxKind::NODE_ATTRPATH,
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, Expr, HasEntry, Ident, Lambda},
};
use rowan::ast::AstNode;

use super::{carried::PLATFORM, full::operands, given, parts::Parts, special::host_name_of_record};
use crate::{
    flake::{place::Place, verify::system::arguments},
    host_file::HostFiles,
    nix::{
        file::NixFile,
        find::{first_key, keys},
        follow::{Follower, Term, Value, application},
        literal,
        scope::{binder, binds, is_bound_at, names_from_around, resolve},
    },
};

/// What a new host is passed beside `inputs`, and given.
#[derive(Default)]
pub(crate) struct Passed {
    /// What is called so where it goes, too.
    pub(super) names: Vec<String>,
    /// Further bindings.
    pub(super) bindings: Vec<String>,
    /// The sets that these are merged over, by their names, or as functions give them.
    pub(super) over: Vec<String>,
    /// Whether one of those is seen to have `inputs`.
    pub(super) over_inputs: bool,
    /// The list of its modules beside its own.
    pub(crate) modules: Option<String>,
    /// The binding of its packages.
    pub(super) packages: Option<String>,
    /// The last name of what has the `lib.nixosSystem` that makes all hosts.
    pub(super) nixpkgs: Option<String>,
}

impl Passed {
    /// What all `hosts`, with their names where these are known, are passed that is no fact of one of them alone; `own` are
    /// the files of a new one.
    pub(crate) fn of(
        follower: &Follower<'_>,
        hosts: &[(Option<&str>, Value)],
        place: &Place,
        own: &HostFiles,
    ) -> Self {
        let Some(at) = place.site.syntax() else { return Self::default() };
        let made = hosts.iter().filter_map(|(name, host)| Some((*name, Parts::of(follower, host)?)));
        let made: Vec<_> = made.collect();
        let is_of_all = |name: &String| hosts.len() > 1 || is_of_flake(name, at);
        let names = made.iter().map(|(_, parts)| {
            let named = parts.bound(follower).into_iter().filter(|(name, bound)| {
                let value = bound.only().filter(|_| is_bound_at(name, at) && is_of_all(name));
                value.is_some_and(|value| is_called_so(follower, value, name, at, place))
            });
            named.map(|(name, _)| name).fold(Vec::new(), |mut names, name| {
                if !names.contains(&name) {
                    names.push(name);
                }
                names
            })
        });
        let mut passed = Self { names: in_all(names), ..Self::default() };
        match made.as_slice() {
            [(None, parts)] if hosts.len() == 1 && given::is_merged_over(place) => {
                passed.take_alike(follower, &[(None, parts)], place, own);
            }
            [(host, parts)] if hosts.len() == 1 => {
                let further = parts.sets.iter().flat_map(|it| further(it, *host, &passed.names, place));
                passed.bindings = further.collect();
                passed.take_named(follower, parts, place);
            }
            // What is not seen of one may be otherwise there.
            made if made.len() > 1 && made.len() == hosts.len() => {
                let parts: Vec<_> = made.iter().map(|(name, parts)| (*name, parts)).collect();
                passed.take_alike(follower, &parts, place, own);
            }
            _ => {}
        }
        let all = passed.names.iter().cloned().chain(names_of(&passed.bindings)).collect();
        passed.modules = given::modules(follower, hosts, place, &all, own);
        passed.packages = given::packages(follower, hosts, place);
        passed.nixpkgs = nixpkgs(follower, hosts);
        passed
    }

    /// Takes the sets that the only host is passed by names which mean the same at `place`, where these have more than is
    /// said otherwise.
    fn take_named(&mut self, follower: &Follower<'_>, parts: &Parts, place: &Place) {
        let Some(at) = place.site.syntax() else { return };
        let all: BTreeSet<_> = self.names.iter().cloned().chain(names_of(&self.bindings)).collect();
        let is_taken = |set: &str| is_of_flake(set.split('.').next().unwrap_or_default(), at);
        for (set, value, parts) in parts.sets_by_name(follower, place, &is_taken) {
            let names = parts.names(follower);
            if parts.is_open() || names.iter().any(|name| name != "inputs" && !all.contains(name)) {
                self.names.retain(|it| !names.contains(it));
                self.bindings.retain(|it| !names_of(slice::from_ref(it)).iter().all(|it| names.contains(it)));
                self.over_inputs |= follower.lookup(value, &["inputs"]).is_bound();
                self.over.push(set);
            }
        }
        self.over_inputs &= self.over.len() == 1;
    }

    /// Takes what all of several hosts are passed alike by another name, or by none, than is bound at `place`, and what each
    /// is passed that is its own name.
    fn take_alike(
        &mut self,
        follower: &Follower<'_>,
        hosts: &[(Option<&str>, &Parts)],
        place: &Place,
        own: &HostFiles,
    ) {
        let called = hosts.iter().map(|(name, parts)| parts.that_say(follower, *name));
        let called = in_all(called).into_iter().filter(|name| !self.names.contains(name));
        self.bindings.extend(called.map(|name| format!("{name} = {};", literal::quote(&own.name))));
        let hosts: Vec<_> = hosts.iter().map(|(_, parts)| *parts).collect();
        let said = in_all(hosts.iter().map(|parts| parts.said(follower, &self.names, place)));
        for (name, said) in said {
            match said.strip_suffix(&format!(".{name}")) {
                _ if said == name => self.names.push(name),
                Some(set) if !set.contains([' ', '"']) => {
                    let start = format!("inherit ({set}) ");
                    match self.bindings.last_mut().filter(|last| last.starts_with(&start)) {
                        Some(last) => last.insert_str(last.len() - 1, &format!(" {name}")),
                        None => self.bindings.push(format!("{start}{name};")),
                    }
                }
                _ => self.bindings.push(format!("{} = {said};", literal::quote_attribute(&name))),
            }
        }
        self.over = in_all(hosts.iter().map(|parts| parts.named(follower, place)));
        self.over_inputs =
            self.over.len() == 1 && hosts.iter().all(|parts| parts.others_have_inputs(follower));
    }
}

/// The names that `bindings` bind.
fn names_of(bindings: &[String]) -> Vec<String> {
    let Some(set) = literal::set_of(&bindings.join(" ")) else { return Vec::new() };
    let bound = set.attrpath_values().filter_map(|it| first_key(&it));
    let inherited = set.inherits().flat_map(|it| it.attrs().collect::<Vec<_>>());
    bound.chain(inherited.filter_map(|attr| literal::attribute(&attr))).collect()
}

/// The last name of what has the `lib.nixosSystem` that makes all hosts, of which there are several.
fn nixpkgs(follower: &Follower<'_>, hosts: &[(Option<&str>, Value)]) -> Option<String> {
    let names = hosts.iter().map(|(_, host)| {
        let mut function = follower.body(host);
        while let Some((applied, _)) = application(&function) {
            function = follower.reduce(&applied);
        }
        match dotted(follower, function.term()?)?.as_slice() {
            [.., of, lib, system] if lib == "lib" && system == "nixosSystem" => Some(of.clone()),
            _ => None,
        }
    });
    let names = names.collect::<Option<BTreeSet<_>>>()?;
    let is_one = names.len() == 1 && hosts.len() > 1;
    names.into_iter().next().filter(|_| is_one)
}

/// The names of what is selected, through names that stand for some of it: `nixpkgs.lib.nixosSystem` of `lib.nixosSystem`.
fn dotted(follower: &Follower<'_>, term: &Term) -> Option<Vec<String>> {
    match &term.expr {
        Expr::Ident(it) => Some(vec![it.to_string()]),
        Expr::Select(it) => {
            let of = follower.reduce(&Value::Term(term.with(it.expr()?)));
            let attrs = it.attrpath()?.attrs().map(|attr| literal::attribute(&attr));
            Some([dotted(follower, of.term()?)?, attrs.collect::<Option<_>>()?].concat())
        }
        _ => None,
    }
}

/// What `nixosSystem` is given as `argument` by what makes a host, as it is written there.
pub(super) fn given_to_system(follower: &Follower<'_>, host: &Value, argument: &str) -> Option<Value> {
    match follower.lookup(&arguments(follower, host)?, &[argument]).written.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// What is in each of several lists, as the first has it.
pub(super) fn in_all<T: PartialEq>(mut lists: impl Iterator<Item = Vec<T>>) -> Vec<T> {
    let first = lists.next().unwrap_or_default();
    lists.fold(first, |common, next| common.into_iter().filter(|it| next.contains(it)).collect())
}

/// Whether what is passed by that name is no host's own, and none of `names`.
pub(super) fn is_further(name: &str, names: &[String]) -> bool {
    name != "inputs" && !is_of_host(name) && !names.iter().any(|it| it == name)
}

/// Whether what is called `name` where `at` stands may be passed to more than a single host: what a whole file is given or
/// makes for itself may, and a text that it says in configurations of another kind, too, but no fact of a host.
fn is_of_flake(name: &str, at: &SyntaxNode) -> bool {
    match resolve(name, at) {
        Some(text @ Expr::Str(_)) => {
            let is_platform = || literal::string(&text).as_deref() == Some(PLATFORM);
            !is_of_host(name) && (is_platform() || is_said_elsewhere(name, &text, at))
        }
        Some(made) => !is_of_host(name) && !operands(&made).iter().any(names_a_host),
        None => true,
    }
}

pub(super) fn is_of_host(name: &str) -> bool {
    name.to_lowercase().contains("host")
}

/// Whether a set says what a host is called, beside what else is that one's.
fn names_a_host(set: &Expr) -> bool {
    let Expr::AttrSet(set) = set else { return false };
    let says_name = |it: &AttrpathValue| {
        let key = first_key(it).filter(|key| is_of_host(key));
        key.is_some() && matches!(it.value(), Some(Expr::Str(_)))
    };
    set.attrpath_values().any(|it| says_name(&it))
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
    let is_its = |expr: &Expr| {
        let text = expr.syntax().text().to_string();
        let mut words = text.split(|c: char| !(c == '-' || c == '_' || c.is_alphanumeric()));
        text.contains("hardware") || words.any(|word| host == Some(word))
    };
    let is_flake_wide = |expr: &Expr| !is_its(expr) && is_made_of_names(expr) && means_the_same(expr, at);
    let bindings = set.attrpath_values().filter_map(|binding| {
        let keys = keys(&binding);
        let [Some(name)] = keys.as_slice() else { return None };
        let is_taken = is_further(name, names) && binding.value().is_some_and(|value| is_flake_wide(&value));
        is_taken.then(|| binding.syntax().text().to_string())
    });
    // What else is of a record that says its name is its own, too.
    let inherits = set.inherits().filter(|it| host_name_of_record(it).is_none());
    let inherited = inherits.filter_map(|inherit| {
        let from = inherit.from()?.expr().filter(|from| is_flake_wide(from))?;
        let attrs = inherit.attrs().filter_map(|attr| literal::attribute(&attr));
        let theirs: Vec<_> = attrs.filter(|name| is_further(name, names)).collect();
        let from = from.syntax().text();
        (!theirs.is_empty()).then(|| format!("inherit ({from}) {};", theirs.join(" ")))
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
        // Nothing is said of it where nothing is in it.
        Expr::List(it) => it.items().next().is_none(),
        _ => false,
    }
}

/// Whether all names that an expression takes from where it stands are bound alike where `at` stands.
fn means_the_same(expr: &Expr, at: &SyntaxNode) -> bool {
    let names = names_from_around(expr.syntax());
    names.iter().all(|name| {
        let binder = |at: &SyntaxNode| binder(&name.to_string(), at);
        binder(at).is_some_and(|here| binder(name.syntax()) == Some(here))
    })
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
