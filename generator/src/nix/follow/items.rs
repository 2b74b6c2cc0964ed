//! Lists that functions of nixpkgs and Nix give, where what these are given is known.

use std::collections::BTreeSet;

use rnix::ast::Expr;

use super::{Follower, Value, computed::of_both, concatenation};

impl Follower<'_> {
    /// The items of a list; nothing where not all of them are known.
    #[must_use]
    pub fn items(&self, list: &Value) -> Option<Vec<Value>> {
        self.deeper(|| self.items_of(&self.reduce(list)))
    }

    fn items_of(&self, list: &Value) -> Option<Vec<Value>> {
        if let Some((left, right)) = list.term().and_then(concatenation) {
            return Some([self.items(&left)?, self.items(&right)?].concat());
        }
        if let Some(term) = list.term()
            && let Expr::List(items) = &term.expr
        {
            return Some(items.items().map(|item| Value::Term(term.with(item))).collect());
        }
        let call = self.call(list)?;
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("attrValues", [set]) => {
                Some(self.attributes(set)?.into_iter().map(|(_, value)| value).collect())
            }
            ("attrNames", [set]) => {
                Some(self.attributes(set)?.into_iter().map(|(name, _)| Value::Text(name)).collect())
            }
            ("mapAttrsToList", [function, set]) => {
                let all = self.attributes(set)?.into_iter();
                Some(all.map(|(name, value)| of_both(function, name, value)).collect())
            }
            ("map", [function, list]) => Some(self.made(function, list)?.collect()),
            ("concatMap", [function, list]) => self.joined(self.made(function, list)?),
            ("concatLists", [lists]) => self.joined(self.items(lists)?.into_iter()),
            ("filter", [condition, list]) => {
                self.taken(list, |item| self.truth(&Value::applied(condition.clone(), item.clone())))
            }
            ("intersectLists", [wanted, list]) => {
                let wanted = self.texts(wanted)?;
                self.taken(list, |item| Some(wanted.contains(&self.text(item)?)))
            }
            ("subtractLists", [unwanted, list]) => {
                let unwanted = self.texts(unwanted)?;
                self.taken(list, |item| Some(!unwanted.contains(&self.text(item)?)))
            }
            ("remove", [unwanted, list]) => {
                let unwanted = self.text(unwanted)?;
                self.taken(list, |item| Some(unwanted != self.text(item)?))
            }
            ("unique", [list]) => {
                let mut seen = BTreeSet::new();
                self.taken(list, |item| Some(seen.insert(self.text(item)?)))
            }
            ("singleton", [item]) => Some(vec![item.clone()]),
            ("optional", [condition, item]) => {
                Some(if self.truth(condition)? { vec![item.clone()] } else { Vec::new() })
            }
            ("optionals", [condition, list]) => {
                if self.truth(condition)? {
                    self.items(list)
                } else {
                    Some(Vec::new())
                }
            }
            _ => None,
        }
    }

    /// What a function gives for each item.
    fn made(&self, function: &Value, list: &Value) -> Option<impl Iterator<Item = Value>> {
        let function = function.clone();
        Some(self.items(list)?.into_iter().map(move |item| Value::applied(function.clone(), item)))
    }

    /// The items of all lists.
    fn joined(&self, lists: impl Iterator<Item = Value>) -> Option<Vec<Value>> {
        let lists: Vec<_> = lists.map(|list| self.items(&list)).collect::<Option<_>>()?;
        Some(lists.concat())
    }

    /// The items that are taken; nothing where that isn't known of each.
    fn taken(&self, list: &Value, mut is_taken: impl FnMut(&Value) -> Option<bool>) -> Option<Vec<Value>> {
        let mut taken = Vec::new();
        for item in self.items(list)? {
            if is_taken(&item)? {
                taken.push(item);
            }
        }
        Some(taken)
    }

    /// The strings that all items of a list are; nothing where not all of them are known.
    pub(super) fn texts(&self, list: &Value) -> Option<BTreeSet<String>> {
        self.items(list)?.iter().map(|item| self.text(item)).collect()
    }
}
