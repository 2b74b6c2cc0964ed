//! What a flake gives: outputs that are written out, merged, made of the items of a list, or made of modules.

use rnix::ast::{AttrSet, Expr, HasEntry};

use super::{Opening, Places, Search, parts, via::Via};
use crate::nix::follow::{Call, Term, Value, update};

impl Search<'_> {
    /// What the flake gives: a set, sets merged, or a framework's function of modules.
    pub(super) fn outputs(&mut self, value: &Value) {
        let value = self.follower.body(value);
        let Value::Term(term) = &value else { return };
        if let Expr::AttrSet(set) = &term.expr {
            let bound = self.follower.lookup(&value, &["nixosConfigurations"]);
            if !bound.is_bound() && bound.unreadable.is_empty() {
                self.open(term, set, "nixosConfigurations.");
            }
            self.bound(bound, "nixosConfigurations");
            self.computed(term, set, &["nixosConfigurations"]);
        } else if let Some((left, right)) = update(term) {
            // The right side wins, if it has hosts, or may have some.
            let known = |places: &Places| (places.found.len(), places.unreadable.len());
            let before = known(&self.places);
            self.outputs(&right);
            if known(&self.places) == before {
                self.outputs(&left);
            }
        } else {
            match (self.follower.call(&value), parts::evaluated(self.follower, term)) {
                (Some(call), _) => self.output_call(term, &call),
                (None, Some(modules)) => {
                    self.each(&modules, &mut |search, module| search.module(module, parts::IMPORTS));
                }
                (None, None) => self.places.unreadable.push(term.clone()),
            }
        }
    }

    fn output_call(&mut self, term: &Term, call: &Call) {
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("mkFlake", [arguments, module]) if parts::may_be_called(self.follower, term) => {
                self.given_by_flake(arguments);
                self.open_module(&self.follower.body(module));
                self.module(module, parts::IMPORTS);
            }
            ("mkFlake", [flake]) if self.follower.lookup(flake, &["hosts"]).is_bound() => {
                self.flake_utils_plus(term, flake);
            }
            // Outputs of every system have the system's name before a host's: these are no hosts.
            (name, _) if name.starts_with("eachDefaultSystem") || name.starts_with("eachSystem") => {}
            ("recursiveUpdate", [left, right]) => {
                self.outputs(left);
                self.outputs(right);
            }
            ("foldl'" | "foldl" | "foldr", [_, first, list]) => {
                // What is merged with nothing is no place for more.
                let first = self.follower.reduce(first);
                if first.set().is_none_or(|(_, set)| set.entries().next().is_some()) {
                    self.outputs(&first);
                }
                self.each_of_outputs(list);
            }
            ("mergeAttrsList", [list]) | ("zipAttrsWith", [_, list]) => self.each_of_outputs(list),
            ("optionalAttrs" | "mkIf", [_, set]) => self.outputs(set),
            ("mapAttrs" | "filterAttrs", [_, set]) if self.lacks_hosts(set) => {}
            ("mapAttrs'", [function, _]) if self.never_names_hosts(function) => {}
            ("genAttrs", [names, _]) if self.are_no_hosts(names) => {}
            _ => self.unreadable(term),
        }
    }

    /// flake-utils-plus makes hosts of what is called so.
    fn flake_utils_plus(&mut self, call: &Term, flake: &Value) {
        let make = self.follower.beside("flake-utils-plus.nix", include_str!("flake-utils-plus.nix"));
        let make = make.and_then(|said| self.follower.select(&self.follower.body(&said), &["make"]));
        let Some(make) = make.and_then(|make| self.follower.apply(&make, flake.clone())) else {
            return self.unreadable(call);
        };
        let before = self.places.found.len();
        let bound = self.follower.lookup(flake, &["hosts"]);
        self.bound(bound, "hosts");
        for place in self.places.found.iter_mut().skip(before) {
            place.via = Via::Arguments(make.clone());
        }
    }

    pub(super) fn open(&mut self, term: &Term, set: &AttrSet, prefix: &'static str) {
        self.places.openings.push(Opening { term: term.clone(), set: set.clone(), prefix });
    }

    /// Whether a set is seen to have no `nixosConfigurations`.
    pub(super) fn lacks_hosts(&self, set: &Value) -> bool {
        let set = self.follower.body(set);
        let bound = self.follower.lookup(&set, &["nixosConfigurations"]);
        !bound.is_bound() && bound.unreadable.is_empty()
    }

    /// Whether the names of outputs are all known, and `nixosConfigurations` none of them.
    fn are_no_hosts(&self, names: &Value) -> bool {
        let is_other = |name: &Value| self.follower.text(name).is_some_and(|it| it != "nixosConfigurations");
        self.follower.items(names).is_some_and(|names| names.iter().all(is_other))
    }

    /// Whether the names that a function for `mapAttrs'` gives are seen to begin otherwise than `nixosConfigurations`.
    fn never_names_hosts(&self, function: &Value) -> bool {
        let pair = self.follower.body(function);
        let name = match self.follower.call(&pair) {
            Some(call) if call.name == "nameValuePair" => call.arguments.first().cloned(),
            _ => self.follower.select(&pair, &["name"]),
        };
        let beginning = name.map(|name| self.follower.beginning(&name)).unwrap_or_default();
        !"nixosConfigurations".starts_with(&beginning) && !beginning.starts_with("nixosConfigurations")
    }
}
