//! What sets that functions give were seen to have: libraries that are extended by what they come to ask for the same of
//! themselves again and again.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    rc::Rc,
};

use rowan::{TextRange, ast::AstNode};

use super::{Bound, Follower, Value};

/// What tells one value from another: where it stands with what is known around it, or the application that it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    Term(usize, TextRange, usize),
    Applied(usize),
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// What sets have at paths; the set itself is kept as its identity is of no use without it.
    seen: RefCell<HashMap<(Identity, String), (Value, Bound)>>,
    /// What is looked at now: it is not made of itself.
    now: RefCell<HashSet<(Identity, String)>>,
    /// What values come to, which are kept for the same reason.
    reduced: RefCell<HashMap<Identity, (Value, Value)>>,
    /// How often something was not looked at any more.
    stops: Cell<usize>,
}

impl Memory {
    /// Notes that something is not looked at any more: what is seen until then may not be all.
    pub(super) fn stop(&self) {
        self.stops.set(self.stops.get() + 1);
    }

    /// Forgets everything, for what was known has changed.
    pub(super) fn forget(&self) {
        self.seen.borrow_mut().clear();
        self.reduced.borrow_mut().clear();
    }
}

impl Follower<'_> {
    /// What `reduce` gives for `value`, or gave before.
    pub(super) fn reduced(&self, value: &Value, reduce: impl FnOnce() -> Value) -> Value {
        let Some(identity) = identity(value) else { return reduce() };
        if let Some((_, reduced)) = self.memory.reduced.borrow().get(&identity) {
            return reduced.clone();
        }
        let (stops, before) = (self.memory.stops.get(), self.steps.get());
        let reduced = reduce();
        let is_worth = self.steps.get() - before >= WORTH && self.memory.stops.get() == stops;
        let mut all = self.memory.reduced.borrow_mut();
        if is_worth && all.len() < MOST {
            all.insert(identity, (value.clone(), reduced.clone()));
        }
        reduced
    }

    /// What `look` gives for `value` at `path`, or gave before; nothing where it asks for the same itself.
    pub(super) fn remembered(
        &self,
        value: &Value,
        path: &[&str],
        look: impl FnOnce() -> Bound,
    ) -> Option<Bound> {
        let Some(identity) = identity(value) else { return Some(look()) };
        let key = (identity, path.join("\n"));
        if let Some((_, bound)) = self.memory.seen.borrow().get(&key) {
            return Some(bound.clone());
        }
        if !self.memory.now.borrow_mut().insert(key.clone()) {
            self.memory.stop();
            return None;
        }
        let stops = self.memory.stops.get();
        let bound = look();
        self.memory.now.borrow_mut().remove(&key);
        if self.memory.stops.get() == stops {
            self.memory.seen.borrow_mut().insert(key, (value.clone(), bound.clone()));
        }
        Some(bound)
    }
}

/// From how many steps on it is worth remembering what a value comes to, and of how many values.
const WORTH: usize = 4;
const MOST: usize = 100_000;

fn identity(value: &Value) -> Option<Identity> {
    match value {
        Value::Term(term) => {
            let scope = term.scope.as_ref().map_or(0, |scope| Rc::as_ptr(scope).addr());
            Some(Identity::Term(Rc::as_ptr(&term.file).addr(), term.expr.syntax().text_range(), scope))
        }
        Value::Applied(parts) => Some(Identity::Applied(Rc::as_ptr(parts).addr())),
        Value::Text(_) => None,
    }
}
