//! What the hosts that are there are passed, by its parts.

use std::collections::BTreeSet;

use rnix::ast::{AttrSet, AttrpathValue, Expr, LetIn};
use rowan::ast::AstNode;

use super::{
    carried::carried,
    passed::{is_called_so, is_further},
};
use crate::{
    flake::{place::Place, verify::system::arguments},
    nix::{
        find::keys,
        follow::{Bound, Follower, Term, Value, update, updated},
        scope::is_bound_at,
    },
};

/// What is merged into the `specialArgs` of what makes a host.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) sets: Vec<(Term, AttrSet)>,
    /// Those that a name stands for, and what each is merged of.
    by_names: Vec<(Value, Self)>,
    /// The names of those that are bound one by one: `specialArgs.fleet = …;`.
    dotted: Vec<(String, Bound)>,
    /// What is no set that is written out.
    others: Vec<Value>,
}

impl Parts {
    /// The parts of what is passed.
    pub(super) fn of(follower: &Follower<'_>, host: &Value) -> Option<Self> {
        const NAME: &str = "specialArgs";
        let arguments = arguments(follower, host)?;
        let passed = follower.lookup(&arguments, &[NAME]);
        let mut parts = Self::default();
        match (passed.written.as_slice(), passed.dotted.as_slice()) {
            ([only], _) => parts.take(follower, only),
            ([], [_, ..]) if passed.unreadable.is_empty() => {
                let names =
                    passed.dotted.iter().filter_map(|(_, binding)| keys(binding).into_iter().nth(1)?);
                let bound = names.map(|name| (name.clone(), follower.lookup(&arguments, &[NAME, &name])));
                parts.dotted.extend(bound);
            }
            _ => return None,
        }
        Some(parts)
    }

    /// The names that are bound, and to what.
    pub(super) fn bound(&self, follower: &Follower<'_>) -> Vec<(String, Bound)> {
        let of_sets = self.sets.iter().flat_map(|(term, set)| {
            let names = follower.names(term, set).into_iter().map(|(name, _)| name);
            names.map(|name| (name.clone(), follower.lookup(&Value::Term(term.clone()), &[&name])))
        });
        of_sets.chain(self.dotted.iter().cloned()).collect()
    }

    /// Whether what is no set that is written out is seen to have `inputs`.
    pub(super) fn others_have_inputs(&self, follower: &Follower<'_>) -> bool {
        self.others.iter().any(|it| follower.lookup(it, &["inputs"]).is_bound())
    }

    fn take(&mut self, follower: &Follower<'_>, value: &Value) {
        let (reduced, mut parts) = (follower.reduce(value), Self::default());
        if let Some((term, set)) = reduced.set() {
            parts.sets.push((term.clone(), set.clone()));
        } else if let Some((left, right)) = reduced.term().and_then(update).or_else(|| updated(&reduced)) {
            parts.take(follower, &left);
            parts.take(follower, &right);
        } else {
            parts.others.push(value.clone());
        }
        self.sets.extend(parts.sets.iter().cloned());
        self.others.extend(parts.others.iter().cloned());
        if is_a_name(value) || parts.is_open() && name_of(value).is_some() {
            self.by_names.push((value.clone(), parts));
        } else {
            self.by_names.append(&mut parts.by_names);
        }
    }

    /// The names that are bound to what a host is called.
    pub(super) fn that_say(&self, follower: &Follower<'_>, host: Option<&str>) -> Vec<String> {
        let says_it = |bound: &Bound| {
            host.is_some() && bound.only().and_then(|it| follower.text(it)).as_deref() == host
        };
        let named = self.bound(follower).into_iter().filter(|(_, bound)| says_it(bound));
        named.map(|(name, _)| name).collect()
    }

    /// What is bound beside `names`, where that can be said at `place`, too.
    pub(super) fn said(
        &self,
        follower: &Follower<'_>,
        names: &[String],
        place: &Place,
    ) -> Vec<(String, String)> {
        let mut said: Vec<(String, String)> = Vec::new();
        for (name, bound) in self.bound(follower).into_iter().filter(|(name, _)| is_further(name, names)) {
            // What is bound last is what holds.
            said.retain(|(other, _)| *other != name);
            let value = bound.written.first().filter(|_| bound.written.len() == 1);
            let Some((value, text)) = value.and_then(|it| carried(follower, it, place)) else { continue };
            let is_secret = matches!(value.expr, Expr::Str(_)) && name.to_lowercase().contains("password");
            // What a file says as a whole is not said once more.
            let is_a_file = value.file.value().as_ref() == Some(&value.expr);
            if !is_secret && !is_a_file {
                said.push((name, text));
            }
        }
        said
    }

    /// The sets that a name stands for which means the same at `place` and `is_taken`: that name, the set, and what it is
    /// merged of. What one is merged of is none of them.
    pub(super) fn sets_by_name(
        &self,
        follower: &Follower<'_>,
        place: &Place,
        is_taken: &dyn Fn(&str) -> bool,
    ) -> Vec<(String, &Value, &Self)> {
        let named = self.by_names.iter().flat_map(|(value, parts)| {
            match name_at(follower, value, place).filter(|name| is_taken(name)) {
                Some(name) => vec![(name, value, parts)],
                None => parts.sets_by_name(follower, place, is_taken),
            }
        });
        named.collect()
    }

    /// The names that are written out.
    pub(super) fn names(&self, follower: &Follower<'_>) -> BTreeSet<String> {
        let names = self.sets.iter().flat_map(|(term, set)| follower.names(term, set));
        names.map(|(name, _)| name).collect()
    }

    /// Whether there may be more than is written out.
    pub(super) const fn is_open(&self) -> bool {
        !self.others.is_empty()
    }

    /// What those parts that are no sets are called at `place`, or what gives them there.
    pub(super) fn named(&self, follower: &Follower<'_>, place: &Place) -> Vec<String> {
        let carried = self.others.iter().filter_map(|it| carried(follower, it, place));
        let named = carried
            .filter(|(said, _)| matches!(said.expr, Expr::Ident(_) | Expr::Select(_) | Expr::Apply(_)));
        named.map(|(_, text)| text).collect()
    }
}

/// Whether a value is a name, or what the flake calls its inputs.
fn is_a_name(value: &Value) -> bool {
    let is_inputs = |it: &Expr| it.syntax().text() == "self.inputs";
    value.term().is_some_and(|term| matches!(term.expr, Expr::Ident(_)) || is_inputs(&term.expr))
}

/// The name to which a `let` binds a value, as a whole.
fn name_of(value: &Value) -> Option<String> {
    let binding = AttrpathValue::cast(value.term()?.expr.syntax().parent()?)?;
    let is_of_let = binding.syntax().parent().is_some_and(|it| LetIn::can_cast(it.kind()));
    keys(&binding).into_iter().next().filter(|_| is_of_let && keys(&binding).len() == 1)?
}

/// The name that stands for a value at `place`.
fn name_at(follower: &Follower<'_>, value: &Value, place: &Place) -> Option<String> {
    let carried =
        || carried(follower, value, place).filter(|(said, _)| is_a_name(&Value::Term(said.clone())));
    let at = place.site.syntax()?;
    let is_so = |name: &String| is_bound_at(name, at) && is_called_so(follower, value, name, at, place);
    name_of(value).filter(is_so).or_else(|| Some(carried()?.1))
}
