//! What makes a host of an entry: nothing but what it is, or functions of its name and its value.

use crate::{
    flake::unfound::HOSTS,
    nix::{
        find::keys,
        follow::{Follower, Value, update},
    },
};

/// The functions that merge two sets.
pub(super) const MERGE: [&str; 2] = ["recursiveUpdate", "mergeAttrs"];

/// What makes a host of an entry.
#[derive(Debug, Clone)]
pub(crate) enum Via {
    /// The entry is the host: `{ x = nixosSystem { … }; }`.
    Host,
    /// The entry is what flake-utils-plus calls `nixosSystem` with, by this function: `{ x = { modules = [ … ]; }; }`.
    Arguments(Value),
    /// A function of the name and the entry, and the rest of what it gives: `mapAttrs (name: arguments: …) { x = { … }; }`.
    Mapped(Value, Box<Self>),
    /// A function of the name and the entry that gives another name as well, and the rest: `mapAttrs' (name: …) { x = …; }`.
    Renamed(Value, Box<Self>),
    /// The rest, of what is said to an option of a module: what an entry has by default is not written there.
    Said(Box<Self>),
    /// What is made of the entry is the name, and a function of it gives the host: `genAttrs [ "x" ] (name: …)`.
    Named(Items, Value),
    /// What is made of the entry is the name and the host: `listToAttrs (map (x: { name = …; value = …; }) [ … ])`.
    Pair(Items),
    /// What is made of the entry is a set of hosts: `mkMerge [ (mkHost "x") ]`.
    Sets(Items),
    /// What is made of an entry is outputs: `map (x: { nixosConfigurations.${x.name} = …; }) [ … ]`.
    Outputs(Items),
}

/// What is made of an entry: functions, one after the other, of some of it.
#[derive(Debug, Clone)]
pub(crate) struct Items {
    take: Take,
    functions: Vec<Value>,
}

/// What of an entry the functions are given.
#[derive(Debug, Clone)]
pub(super) enum Take {
    /// An item of a list; what an attribute is bound to.
    Value,
    /// The name of an attribute, or of a folder's entry.
    Name,
    /// The name and the value: what this function gives for both.
    Both(Value),
}

impl Items {
    /// The entry as it is.
    pub(super) const ALL: Self = Self { take: Take::Value, functions: Vec::new() };

    /// The same, of what `function` gives for an item.
    pub(super) fn behind(&self, function: &Value) -> Self {
        let functions = [std::slice::from_ref(function), &self.functions].concat();
        Self { functions, take: self.take.clone() }
    }

    /// The same, of another part of an entry.
    pub(super) fn taking(&self, take: Take) -> Self {
        Self { take, ..self.clone() }
    }

    /// The function that takes an entry that is called `key`, where entries have names; nothing where none does.
    fn taker(&self, follower: &Follower<'_>, key: &str) -> Option<Value> {
        match &self.take {
            Take::Value => self.functions.first().cloned(),
            Take::Name => None,
            Take::Both(function) => follower.apply(function, Value::Text(key.to_owned())),
        }
    }

    /// What is made of an entry that is called `key`, where entries have names, and is `value`.
    pub(super) fn made(&self, follower: &Follower<'_>, key: &str, value: &Value) -> Option<Value> {
        let key = || Value::Text(key.to_owned());
        let first = match &self.take {
            Take::Value => value.clone(),
            Take::Name => key(),
            Take::Both(function) => follower.apply(&follower.apply(function, key())?, value.clone())?,
        };
        // What nixpkgs' functions give stays a call of them.
        Some(self.functions.iter().fold(first, |item, function| {
            let made = follower.apply(function, item.clone());
            made.unwrap_or_else(|| Value::applied(function.clone(), item))
        }))
    }
}

impl Via {
    /// Whether the entry is an attribute of which both the name and the value are said to a function.
    pub(crate) fn is_of_attributes(&self) -> bool {
        match self {
            Self::Mapped(..) | Self::Renamed(..) => true,
            Self::Named(items, _) | Self::Pair(items) | Self::Sets(items) | Self::Outputs(items) => {
                matches!(items.take, Take::Both(_))
            }
            Self::Host | Self::Arguments(_) | Self::Said(_) => false,
        }
    }

    /// The function that takes an entry that is called `key`, where entries have names; nothing where none is known.
    pub(crate) fn taker(&self, follower: &Follower<'_>, key: &str) -> Option<Value> {
        match self {
            Self::Mapped(function, _) | Self::Renamed(function, _) => {
                follower.apply(function, Value::Text(key.to_owned()))
            }
            Self::Named(items, _) | Self::Pair(items) | Self::Sets(items) | Self::Outputs(items) => {
                items.taker(follower, key)
            }
            Self::Host | Self::Arguments(_) | Self::Said(_) => None,
        }
    }

    /// The same, with something else done to the items; nothing where a host is made of the whole entry.
    pub(super) fn with(&self, change: impl FnOnce(&Items) -> Items) -> Option<Self> {
        Some(match self {
            Self::Named(items, function) => Self::Named(change(items), function.clone()),
            Self::Pair(items) => Self::Pair(change(items)),
            Self::Sets(items) => Self::Sets(change(items)),
            Self::Outputs(items) => Self::Outputs(change(items)),
            Self::Host | Self::Arguments(_) | Self::Mapped(..) | Self::Renamed(..) | Self::Said(_) => {
                return None;
            }
        })
    }
}

/// The name and the host that `via` makes of an entry that is called `key`, where entries have names, and is `value`.
pub(crate) fn made(follower: &Follower<'_>, via: &Via, key: &str, value: &Value) -> Option<(String, Value)> {
    match via {
        Via::Host => Some((key.to_owned(), value.clone())),
        Via::Arguments(make) => Some((key.to_owned(), follower.apply(make, value.clone())?)),
        Via::Mapped(function, rest) => {
            let function = follower.apply(function, Value::Text(key.to_owned()))?;
            made(follower, rest, key, &follower.apply(&function, value.clone())?)
        }
        Via::Renamed(function, rest) => {
            let function = follower.apply(function, Value::Text(key.to_owned()))?;
            let (name, value) = follower.pair(&follower.apply(&function, value.clone())?)?;
            made(follower, rest, &name, &value)
        }
        Via::Said(rest) => made(follower, rest, key, value),
        Via::Named(items, function) => {
            let name = follower.text(&items.made(follower, key, value)?)?;
            let host = follower.apply(function, Value::Text(name.clone()));
            Some((name, host.unwrap_or_else(|| function.clone())))
        }
        Via::Pair(items) => follower.pair(&items.made(follower, key, value)?),
        Via::Outputs(items) => in_outputs(follower, &items.made(follower, key, value)?),
        Via::Sets(items) => {
            let mut hosts = Vec::new();
            in_sets(follower, &items.made(follower, key, value)?, &mut hosts)?;
            hosts.pop().filter(|_| hosts.is_empty())
        }
    }
}

/// The one host that outputs have.
fn in_outputs(follower: &Follower<'_>, outputs: &Value) -> Option<(String, Value)> {
    let bound = follower.lookup(outputs, &[HOSTS]);
    let mut hosts = Vec::new();
    for set in &bound.values {
        in_sets(follower, set, &mut hosts)?;
    }
    for (term, binding) in &bound.dotted {
        let above = keys(binding).iter().position(|key| key.as_deref() == Some(HOSTS))?;
        let name = follower.attribute(term, &binding.attrpath()?.attrs().nth(above + 1)?)?;
        hosts.push((name.clone(), follower.select(outputs, &[HOSTS, &name])?));
    }
    hosts.pop().filter(|_| hosts.is_empty())
}

/// The names and the values in a set, or in sets that are merged; nothing where one of them can't be read.
fn in_sets(follower: &Follower<'_>, set: &Value, found: &mut Vec<(String, Value)>) -> Option<()> {
    let set = follower.reduce(set);
    if let Some((term, bindings)) = set.set() {
        for (name, _) in follower.names(term, bindings) {
            let value = follower.select(&set, &[&name])?;
            found.push((name, value));
        }
        return Some(());
    }
    let (left, right) = set.term().and_then(update).or_else(|| {
        let call = follower.call(&set).filter(|call| MERGE.contains(&call.name.as_str()))?;
        let [left, right] = call.arguments.as_slice() else { return None };
        Some((left.clone(), right.clone()))
    })?;
    in_sets(follower, &left, found)?;
    in_sets(follower, &right, found)
}
