//! What the modules of a new host are passed: the `specialArgs` of a host in full.

use std::cmp::Reverse;

use rnix::{
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, Entry, Expr, HasEntry, Inherit},
};
use rowan::ast::AstNode;

use super::{
    full::{Full, binding_of, bound, inherited, inputs, operands},
    passed::{Passed, is_of_host},
    shared::{New, said, shared},
    sibling::Sibling,
};
use crate::{
    edit::Site,
    nix::{
        find::{first_key, keys},
        follow::Value,
        literal::{self, set_of},
        scope::{is_bound_at, names_from_around, resolve},
    },
    rename::rename,
};

/// What a sibling passes.
struct OfSibling {
    /// The bindings of `specialArgs`, with the new host's name.
    text: String,
    /// What they say, without their layout.
    said: String,
    /// What a single one binds it to, as it stands there.
    value: Option<Expr>,
}

impl Full<'_> {
    /// The binding of `specialArgs`, the best first: as siblings have it, then with `inputs` alone.
    pub(super) fn special_arguments(&self) -> Vec<String> {
        let Some(at) = self.place.site.syntax() else { return Vec::new() };
        let theirs = self.as_siblings_pass().or_else(|| self.beside_what_all_pass(at));
        let ours = [&self.passed, &Passed::default()].map(|passed| self.with_inputs(at, passed));
        let mut all: Vec<_> = theirs.into_iter().chain(ours.into_iter().flatten()).collect();
        all.dedup();
        all
    }

    /// The binding of `specialArgs` to `inputs` and what else is `passed`.
    fn with_inputs(&self, at: &SyntaxNode, passed: &Passed) -> Option<String> {
        let is_first = match &self.place.site {
            Site::Set(set) => !self.place.opening.is_empty() || set.entries().next().is_none(),
            _ => false,
        };
        let names: Vec<_> =
            passed.names.iter().map(String::as_str).filter(|name| *name != "inputs").collect();
        let further = passed.bindings.join(" ");
        let over = passed.over.iter().fold(String::new(), |over, set| over + set + " // ");
        if let ([only], true, true) =
            (passed.over.as_slice(), passed.over_inputs, names.is_empty() && further.is_empty())
        {
            let is_so = only == "specialArgs";
            return Some(if is_so {
                "inherit specialArgs;".into()
            } else {
                format!("specialArgs = {only};")
            });
        }
        Some(match (inputs(at)?.as_str(), names.join(" ").as_str()) {
            ("inputs", _) if is_first && is_bound_at("self", at) => {
                "specialArgs = { inherit inputs self; outputs = self; };".to_owned()
            }
            ("inputs", names) => format!("specialArgs = {over}{{ inherit inputs {names}; {further} }};"),
            (other, "") => format!("specialArgs = {over}{{ inputs = {other}; {further} }};"),
            (other, names) => {
                format!("specialArgs = {over}{{ inputs = {other}; inherit {names}; {further} }};")
            }
        })
    }

    /// What most siblings pass that pass `inputs`, or else what all do, or else what several do: what differs is of each
    /// alone.
    fn as_siblings_pass(&self) -> Option<String> {
        let theirs: Vec<_> = self.passed();
        if let [only] = theirs.as_slice() {
            let may_be_of_it =
                self.siblings.len() > 1 && only.text.contains('"') || self.is_of_what_names(only);
            let text = || self.without_facts(only).unwrap_or_else(|| only.text.clone());
            return (!may_be_of_it && !reads_own_file(only, self.host)).then(text);
        }
        let count = |it: &OfSibling| theirs.iter().filter(|other| other.said == it.said).count();
        // Of as many the shorter says less.
        let most = theirs.iter().max_by_key(|it| (count(it), Reverse(it.text.len())));
        let most = most.filter(|it| count(it) > 1 && !reads_own_file(it, self.host));
        let is_majority = |it: &&OfSibling| count(it) * 2 > theirs.len();
        let of_all = || self.all_merge(&theirs).or_else(|| all_pass(&theirs, self.host));
        let of_most = most.map(|it| it.text.clone());
        most.filter(is_majority).and(of_most.clone()).or_else(of_all).or(of_most)
    }

    /// Whether the only sibling passes of what it is called by: `${pc.host} = nixosSystem { specialArgs = { inherit pc; }; }`.
    fn is_of_what_names(&self, only: &OfSibling) -> bool {
        let Some(said) = set_of(&only.text) else { return false };
        let names: Vec<_> = names_from_around(said.syntax()).iter().map(ToString::to_string).collect();
        let records =
            self.siblings.iter().filter_map(|it| Some(it.computed_name()?.split_once('.')?.0.to_owned()));
        records.into_iter().any(|record| names.contains(&record))
    }

    /// What the only sibling passes, but what is bound around it to facts of that host: its name is the new one's, and the
    /// others are left out. Nothing where there are none.
    fn without_facts(&self, only: &OfSibling) -> Option<String> {
        let Some(Expr::AttrSet(set)) = &only.value else { return None };
        let at = self.place.site.syntax()?;
        let (facts, names): (Vec<_>, Vec<_>) = inherited(set).into_iter().partition(|name| {
            is_of_host(name) && matches!(resolve(name, at), Some(Expr::AttrSet(_) | Expr::Str(_)))
        });
        let Expr::AttrSet(renamed) = bound(&set_of(&only.text)?, "specialArgs")? else { return None };
        let is_another = |entry: Entry| match entry {
            Entry::AttrpathValue(it) => {
                let said = it.value().and_then(|it| literal::string(&it));
                says_host_name(&it) && said.as_deref() != Some(self.host)
            }
            Entry::Inherit(it) => host_name_of_record(&it).is_some(),
        };
        if facts.is_empty() && !renamed.entries().any(is_another) {
            return None;
        }
        let is_name = |fact: &String| {
            let text = resolve(fact, at).and_then(|said| literal::string(&said));
            self.siblings.iter().any(|sibling| text.as_ref() == Some(&sibling.name))
        };
        let mut lines = vec![format!("inherit {};", names.join(" "))];
        lines.retain(|line| line != "inherit ;");
        let called = facts.iter().filter(|fact| is_name(fact));
        lines.extend(called.map(|fact| format!("{fact} = {};", literal::quote(self.host))));
        let called = |name: &str| format!("{name} = {};", literal::quote(self.host));
        let others = renamed.entries().filter_map(|entry| match &entry {
            // What else it has of a record that says its name is its own, too.
            Entry::Inherit(it) => match host_name_of_record(it) {
                Some(name) => Some(called(&name)),
                None => it.from().map(|_| entry.syntax().text().to_string()),
            },
            Entry::AttrpathValue(it) if says_host_name(it) => {
                Some(called(&it.attrpath()?.syntax().text().to_string()))
            }
            Entry::AttrpathValue(_) => Some(entry.syntax().text().to_string()),
        });
        lines.extend(others);
        Some(format!("specialArgs = {{ {} }};", lines.join(" ")))
    }

    /// What all siblings pass alike by another name than those that are known, and `inputs` beside that.
    fn beside_what_all_pass(&self, at: &SyntaxNode) -> Option<String> {
        let theirs: Vec<_> = self.models().map(|it| self.passed_by(it)).collect::<Option<_>>()?;
        let (first, others) = theirs.split_first()?;
        let is_same = others.iter().all(|other| other.said == first.said);
        let inputs = binding_of_inputs(at)?;
        if !is_same {
            let alike = alike(&theirs, self.host)?.syntax().text().to_string();
            return Some(match alike.strip_prefix("{ inherit ").filter(|rest| !rest.starts_with('(')) {
                Some(rest) if inputs.starts_with("inherit ") => {
                    format!("specialArgs = {{ inherit inputs {rest};")
                }
                _ => format!("specialArgs = {{ {inputs} {};", alike.strip_prefix('{')?),
            });
        }
        let said = set_of(&first.text).filter(|_| !others.is_empty())?;
        match bound(&said, "specialArgs") {
            Some(Expr::AttrSet(set)) if set.rec_token().is_none() => {
                let has_more = set.attrpath_values().next().is_some();
                let text = set.syntax().text().to_string();
                let bindings = text.strip_suffix('}').filter(|_| has_more)?;
                Some(format!("specialArgs = {bindings} {inputs} }};"))
            }
            None if !inherited(&said).is_empty() && is_bound_at("specialArgs", at) => {
                Some(format!("specialArgs = specialArgs // {{ {inputs} }};"))
            }
            Some(other @ (Expr::Ident(_) | Expr::Select(_))) => {
                let text = other.syntax().text().to_string();
                let is_bound = is_bound_at(text.split('.').next()?, at);
                is_bound.then(|| format!("specialArgs = {text} // {{ {inputs} }};"))
            }
            _ => None,
        }
    }

    /// What those of the siblings pass that pass `inputs`.
    fn passed(&self) -> Vec<OfSibling> {
        let passes_inputs = |sibling: &&Sibling<'_>| {
            sibling.system().is_some_and(|(_, arguments)| {
                let value = Value::Term(self.place.term.with(arguments));
                self.follower.lookup(&value, &["specialArgs", "inputs"]).is_bound()
            })
        };
        self.models().filter(passes_inputs).filter_map(|it| self.passed_by(it)).collect()
    }

    fn passed_by(&self, sibling: &Sibling<'_>) -> Option<OfSibling> {
        let (_, arguments) = sibling.system()?;
        let text = rename(&special_arguments(&arguments)?, &sibling.name, self.host, true);
        let value = match arguments {
            Expr::AttrSet(set) => bound(&set, "specialArgs"),
            _ => None,
        };
        Some(OfSibling { said: said(&Expr::AttrSet(set_of(&text)?)), text, value })
    }

    /// The binding of `specialArgs` to what all merge into theirs: `specialArgs // { … }`.
    fn all_merge(&self, theirs: &[OfSibling]) -> Option<String> {
        let merged: Vec<_> =
            theirs.iter().map(|it| Some(operands(it.value.as_ref()?))).collect::<Option<_>>()?;
        let (first, others) = merged.split_first()?;
        let in_each =
            |it: &&Expr| others.iter().all(|other| other.iter().any(|other| said(other) == said(it)));
        let common: Vec<_> = first.iter().filter(in_each).collect();
        let passes = |it: &&Expr| {
            let value = Value::Term(self.place.term.with((*it).clone()));
            self.follower.lookup(&value, &["inputs"]).is_bound()
        };
        let is_said = |it: &&Expr| matches!(it, Expr::AttrSet(_));
        let last = alike(theirs, self.host).filter(|_| !common.is_empty() && !common.iter().any(is_said));
        let passes = common.iter().any(passes) || last.as_ref().is_some_and(binds_inputs);
        let mut texts: Vec<_> = common.iter().map(|it| it.syntax().text().to_string()).collect();
        texts.extend(last.map(|set| set.syntax().text().to_string()));
        passes.then(|| match texts.join(" // ").as_str() {
            "specialArgs" => "inherit specialArgs;".to_owned(),
            merged => format!("specialArgs = {merged};"),
        })
    }
}

/// The binding of `specialArgs` with what is alike in all of several sets, where that is `inputs` at least.
fn all_pass(theirs: &[OfSibling], host: &str) -> Option<String> {
    let are_sets = theirs.iter().all(|it| matches!(it.value, Some(Expr::AttrSet(_))));
    let alike = alike(theirs, host).filter(|alike| are_sets && binds_inputs(alike))?;
    Some(format!("specialArgs = {};", alike.syntax().text()))
}

/// What is alike in the sets that are all of `specialArgs`, or are merged last; nothing where that is nothing.
fn alike(theirs: &[OfSibling], host: &str) -> Option<AttrSet> {
    let last = |it: &OfSibling| {
        let set = set_of(&it.text).filter(|set| set.entries().count() == 1)?;
        operands(&bound(&set, "specialArgs")?).pop()
    };
    let last: Vec<_> = theirs.iter().map(last).collect::<Option<_>>()?;
    let are_sets = last.iter().all(|it| matches!(it, Expr::AttrSet(_)));
    let alike = shared(&last, &New { host, ..New::default() }, &|_| true).filter(|_| are_sets)?;
    let Expr::AttrSet(alike) = literal::expression(&alike)? else { return None };
    // What a file of each host gives the new one hasn't.
    let is_of_own_file = |entry: &Entry| match entry {
        Entry::AttrpathValue(it) => it
            .value()
            .is_some_and(|it| !matches!(it, Expr::Str(_)) && it.syntax().text().to_string().contains(host)),
        Entry::Inherit(_) => false,
    };
    let entries = alike.entries().filter(|it| !is_of_own_file(it));
    let texts: Vec<_> = entries.map(|it| it.syntax().text().to_string()).collect();
    set_of(&texts.join(" ")).filter(|_| !texts.is_empty())
}

/// Whether a file is named that is called as the host, or lies in a folder that is: there may be none.
fn reads_own_file(it: &OfSibling, host: &str) -> bool {
    let is_file = |path: &str| path.rsplit('/').next().is_some_and(|end| end.contains('.'));
    let exprs =
        set_of(&it.text).map(|set| set.syntax().descendants().filter_map(Expr::cast).collect::<Vec<_>>());
    let mut paths = exprs.into_iter().flatten().filter(|it| matches!(it, Expr::PathRel(_)));
    paths.any(|path| {
        let path = path.syntax().text().to_string();
        path.contains(host) && is_file(&path)
    })
}

/// Whether a binding says what a host is called.
fn says_host_name(binding: &AttrpathValue) -> bool {
    first_key(binding).is_some_and(|key| is_host_name(&key)) && matches!(binding.value(), Some(Expr::Str(_)))
}

/// What the name of a host is called that is inherited from a record, `inherit (machine) hostname gpu;`.
pub(super) fn host_name_of_record(inherit: &Inherit) -> Option<String> {
    inherit.from()?;
    inherit.attrs().filter_map(|attr| literal::attribute(&attr)).find(|name| is_host_name(name))
}

fn is_host_name(key: &str) -> bool {
    matches!(key.to_lowercase().as_str(), "host" | "hostname")
}

fn binds_inputs(set: &AttrSet) -> bool {
    inherited(set).iter().any(|it| it == "inputs") || bound(set, "inputs").is_some()
}

/// The binding of `inputs` to what the whole of the flake's inputs is called where `at` stands.
pub(super) fn binding_of_inputs(at: &SyntaxNode) -> Option<String> {
    Some(binding_of(&inputs(at)?))
}

/// The bindings of `specialArgs`, as a sibling writes them.
fn special_arguments(arguments: &Expr) -> Option<String> {
    let Expr::AttrSet(set) = arguments else { return None };
    let of_it = |binding: &AttrpathValue| {
        keys(binding).first().is_some_and(|key| key.as_deref() == Some("specialArgs"))
    };
    let bindings = set.attrpath_values().filter(of_it).map(|it| it.syntax().text().to_string());
    let mut bindings: Vec<_> = bindings.collect();
    let mut inherited = set.inherits().filter(|it| it.from().is_none()).flat_map(|it| it.attrs());
    if inherited.any(|attr| literal::attribute(&attr).as_deref() == Some("specialArgs")) {
        bindings.push("inherit specialArgs;".into());
    }
    (!bindings.is_empty()).then(|| bindings.join(" "))
}
