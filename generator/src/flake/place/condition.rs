//! What an entry must be to become a host: what is asked of it, or of what is made of it.

use super::via::{Items, Via, made};
use crate::nix::follow::{Follower, Value};

/// What is asked of entries, or of what is made of them.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// A function of a name and a value, or of an item.
    holds: Value,
    /// What is made of an entry before it is asked of that.
    of: Via,
    /// The item that is made of that, where it is asked of the items of a list.
    items: Option<Items>,
}

impl Condition {
    /// What is asked of entries as they are.
    pub(super) fn new(holds: &Value) -> Self {
        Self { holds: holds.clone(), of: Via::Host, items: None }
    }

    /// What is asked of the items of a list.
    pub(super) fn of_items(holds: &Value) -> Self {
        Self { items: Some(Items::ALL), ..Self::new(holds) }
    }

    /// The same, asked of what is made of entries.
    pub(super) fn of(self, change: impl FnOnce(Box<Via>) -> Via) -> Self {
        Self { of: change(Box::new(self.of)), ..self }
    }

    /// The same, asked of items that are made of others.
    pub(super) fn made_of(self, change: impl FnOnce(&Items) -> Items) -> Self {
        Self { items: self.items.as_ref().map(change), ..self }
    }

    /// Whether an item is what is asked for; nothing where that can't be told.
    pub(crate) fn is_met_by(&self, follower: &Follower<'_>, item: &Value) -> Option<bool> {
        let item = match &self.items {
            Some(items) => items.made(follower, "", item)?,
            None => item.clone(),
        };
        follower.truth(&Value::applied(self.holds.clone(), item))
    }

    /// Whether an entry that is called `key` is what is asked for, whatever it is; nothing where that can't be told.
    pub(crate) fn is_met_by_name(&self, follower: &Follower<'_>, key: &str) -> Option<bool> {
        let is_as_it_is = matches!(self.of, Via::Host) && self.items.is_none();
        is_as_it_is.then(|| self.is_met_by(follower, &Value::Text(key.to_owned())))?
    }

    /// Whether an entry that is called `key` and is `value` is what is asked for; nothing where that can't be told.
    pub(crate) fn is_met(&self, follower: &Follower<'_>, key: &str, value: &Value) -> Option<bool> {
        let (name, value) = made(follower, &self.of, key, value)?;
        if let Some(items) = &self.items {
            let item = items.made(follower, &name, &value)?;
            return follower.truth(&Value::applied(self.holds.clone(), item));
        }
        let of_name = Value::applied(self.holds.clone(), Value::Text(name));
        follower.truth(&of_name).or_else(|| follower.truth(&Value::applied(of_name, value)))
    }
}

/// Whether an entry is what all conditions ask for, each of which says `is_met`: one that it is not is enough.
pub(crate) fn all(is_met: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let all: Vec<_> = is_met.collect();
    if all.contains(&Some(false)) {
        Some(false)
    } else {
        all.into_iter().try_fold(true, |all, it| Some(all && it?))
    }
}
