//! A flake's hosts, read: the places that they are written in, their names, and what makes each.

use rnix::{
    SyntaxNode,
    ast::{AttrpathValue, Expr},
};
use rowan::ast::AstNode;

use super::{
    files::Planned,
    place::{Place, Places, Via},
};
use crate::{
    edit::Site,
    error::{Error, Location, Result},
    nix::follow::{Files, Follower, Value},
};

/// What could be read of a flake's hosts.
pub(super) struct Reading<'a> {
    pub(super) follower: Follower<'a>,
    pub(super) places: Places,
    /// The hosts of each of the places.
    pub(super) hosts: Vec<Vec<Host>>,
}

/// A host and the syntax that registers it: a binding or an item.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) node: SyntaxNode,
}

impl<'a> Reading<'a> {
    /// Reads the flake of a plan, whose files are in `files`.
    pub(super) fn of(planned: &Planned<'_>, files: &'a dyn Files) -> Result<Self> {
        let path = &planned.tree.settings().paths.flake;
        let follower = Follower::new(files);
        // Reading it again says what is wrong with it.
        let flake = follower.file(path).ok_or_else(|| {
            planned.read(path).err().unwrap_or_else(|| Error::NoPlace {
                at: Location::file(path),
                found: "there is no expression in it".into(),
                by_hand: "write a flake there".into(),
            })
        })?;
        let places = Places::of_flake(&follower, &flake);
        let hosts = places.found.iter().map(|place| hosts(&follower, place)).collect();
        Ok(Self { follower, places, hosts })
    }

    /// The places with their hosts.
    pub(super) fn each(&self) -> impl Iterator<Item = (&Place, &[Host])> {
        self.places.found.iter().zip(self.hosts.iter().map(Vec::as_slice))
    }

    /// The names of all hosts, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.hosts.iter().flatten().map(|host| host.name.clone()).collect();
        names.sort();
        names
    }

    /// The host called `name`.
    pub(super) fn find(&self, name: &str) -> Option<(&Place, &Host)> {
        self.each().find_map(|(place, hosts)| Some((place, hosts.iter().find(|host| host.name == name)?)))
    }

    /// What a host at a place comes to.
    pub(super) fn made(&self, place: &Place, host: &Host) -> Option<Value> {
        let value = match &place.site {
            Site::List(_) => Expr::cast(host.node.clone()),
            _ => AttrpathValue::cast(host.node.clone()).and_then(|binding| binding.value()),
        };
        Some(made(&self.follower, place, &host.name, &Value::Term(place.term.with(value?)))?.1)
    }
}

fn hosts(follower: &Follower<'_>, place: &Place) -> Vec<Host> {
    let host = |(name, node)| Host { name, node };
    match &place.site {
        Site::Set(set) => follower.names(&place.term, set).into_iter().map(host).collect(),
        Site::After(siblings) => {
            let name = |node: &SyntaxNode| {
                let attr = AttrpathValue::cast(node.clone())?.attrpath()?.attrs().nth(place.prefix)?;
                Some(host((follower.attribute(&place.term, &attr)?, node.clone())))
            };
            siblings.iter().filter_map(name).collect()
        }
        Site::List(list) => {
            let item = |item: Expr| {
                let node = item.syntax().clone();
                let (name, _) = made(follower, place, "", &Value::Term(place.term.with(item)))?;
                Some(host((name, node)))
            };
            list.items().filter_map(item).collect()
        }
    }
}

/// The name and the host that an entry makes. In a set the name is `key`; in a list the entry says it.
fn made(follower: &Follower<'_>, place: &Place, key: &str, value: &Value) -> Option<(String, Value)> {
    let applied = |function: &Option<Value>| match function {
        Some(function) => follower.apply(function, value.clone()),
        None => Some(value.clone()),
    };
    match &place.via {
        Via::Host | Via::Arguments => Some((key.to_owned(), value.clone())),
        Via::Mapped(function) => {
            let function = follower.apply(function, Value::Text(key.to_owned()))?;
            Some((key.to_owned(), follower.apply(&function, value.clone())?))
        }
        Via::Named(function) => {
            let name = match &place.site {
                Site::List(_) => follower.text(value)?,
                _ => key.to_owned(),
            };
            let host = follower.apply(function, Value::Text(name.clone()));
            Some((name, host.unwrap_or_else(|| function.clone())))
        }
        Via::Pair(function) => {
            let pair = follower.body(&applied(function)?);
            if let Some(call) = follower.call(&pair)
                && let ("nameValuePair", [name, host]) = (call.name.as_str(), call.arguments.as_slice())
            {
                return Some((follower.text(name)?, host.clone()));
            }
            let name = follower.text(&follower.select(&pair, &["name"])?)?;
            Some((name, follower.select(&pair, &["value"])?))
        }
        Via::Sets(function) => {
            let set = follower.reduce(&applied(function)?);
            let (term, bindings) = set.set()?;
            let names = follower.names(term, bindings);
            let [(name, _)] = names.as_slice() else { return None };
            Some((name.clone(), follower.select(&set, &[name])?))
        }
    }
}
