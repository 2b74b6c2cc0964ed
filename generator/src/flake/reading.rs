//! A flake's hosts, read: the places that they are written in, their names, and what makes each.

use rnix::{
    SyntaxNode,
    ast::{AttrpathValue, Expr, HasEntry},
};
use rowan::ast::AstNode;

use super::{
    entry::{sibling::Sibling, taker},
    files::Planned,
    place::{
        Maker, Place, Places, condition,
        via::{Via, made},
    },
};
use crate::{
    edit::Site,
    error::{Error, Location, Result},
    name::AgentName,
    nix::{
        find::keys,
        follow::{Files, Follower, Term, Value},
    },
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
    /// What its entry is called, where entries have names: most often the same.
    pub(super) key: String,
    pub(super) node: SyntaxNode,
}

impl Host {
    /// Whether it is an agent's.
    pub(super) fn is_agent(&self) -> bool {
        AgentName::of_host(&self.name).is_some()
    }
}

impl<'a> Reading<'a> {
    /// Reads the flake of a plan, whose files are in `files`.
    pub(super) fn of(planned: &Planned<'_>, files: &'a dyn Files) -> Result<Self> {
        let path = &planned.tree.settings().paths.flake;
        let follower = Follower::new(files, path);
        // Reading it again says what is wrong with it.
        let flake = follower.file(path).ok_or_else(|| {
            planned.read(path).err().unwrap_or_else(|| Error::NoPlace {
                at: Location::file(path),
                found: "there is no expression in it".into(),
                by_hand: "write a flake there".into(),
            })
        })?;
        let places = Places::of_flake(&follower, &flake);
        let hosts = places.found.iter().map(|place| {
            let all = hosts(&follower, place).into_iter();
            all.filter(|host| is_taken(&follower, place, host) != Some(false)).collect()
        });
        let hosts = hosts.collect();
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

    /// The function that hosts are made by, where a framework reads options of its own of each.
    pub(super) fn maker(&self) -> Option<&'static str> {
        self.places.folders.iter().find_map(|folder| match &folder.maker {
            Maker::Framework(framework) => framework.maker,
            Maker::Via(_) => None,
        })
    }

    /// Whether a host is a machine as an agent's may be, which runs by itself.
    pub(super) fn is_like_agents(&self, place: &Place, host: &Host) -> bool {
        let sibling = Sibling::read(&self.follower, place, host);
        sibling.is_ordinary() && !sibling.is_guest()
    }

    /// The first host, where all of them are tests and media: then the flake is one for others, which has no machines.
    pub(super) fn first_of_tests(&self) -> Option<Location> {
        let all = || self.each().flat_map(|(place, hosts)| hosts.iter().map(move |host| (place, host)));
        let sibling = |(place, host)| Sibling::read(&self.follower, place, host);
        let are_all = all().all(|it| {
            let it = sibling(it);
            it.is_test() || it.is_medium()
        }) && all().any(|it| sibling(it).is_test());
        let (place, host) = all().next().filter(|_| are_all)?;
        Some(place.term.file.location(&host.node))
    }

    /// What a host at a place comes to.
    pub(super) fn made(&self, place: &Place, host: &Host) -> Option<Value> {
        Some(made(&self.follower, &place.via, &host.key, &Value::Term(said(place, host)?))?.1)
    }

    /// What the entries of a place come to that bind hosts by names that can't be told.
    pub(super) fn unnamed<'b>(&'b self, place: &'b Place) -> impl Iterator<Item = Value> + 'b {
        let bindings: Vec<_> = match &place.site {
            Site::After(siblings) => siblings.iter().cloned().filter_map(AttrpathValue::cast).collect(),
            Site::Set(set) if place.opening.is_empty() => set.attrpath_values().collect(),
            _ => Vec::new(),
        };
        let of_host = move |binding: AttrpathValue| {
            let attrs: Vec<_> = binding.attrpath()?.attrs().collect();
            let name = attrs.get(place.prefix).filter(|_| attrs.len() == place.prefix + 1)?;
            let is_unnamed = self.follower.attribute(&place.term, name).is_none();
            binding
                .value()
                .filter(|_| is_unnamed && place.is_of_hosts())
                .map(|it| Value::Term(place.term.with(it)))
        };
        bindings.into_iter().filter_map(of_host)
    }

    /// Whether an entry is one of those that become hosts; nothing where that can't be told.
    pub(super) fn is_taken(&self, place: &Place, host: &Host) -> Option<bool> {
        is_taken(&self.follower, place, host)
    }

    /// What the functions that make a host of its entry ask for and aren't given.
    pub(super) fn lacking(&self, place: &Place, host: &Host) -> Option<String> {
        let said = said(place, host)?;
        taker::lacking(&self.follower, &said).or_else(|| {
            let taker = place.via.taker(&self.follower, &host.key)?;
            taker::lacking_in(&self.follower, &taker, &Value::Term(said))
        })
    }
}

/// Whether an entry is what the conditions of its place ask for.
fn is_taken(follower: &Follower<'_>, place: &Place, host: &Host) -> Option<bool> {
    condition::all(place.conditions.iter().map(|condition| {
        // Of what is said below its name no more is asked than that name.
        let Some(said) = said(place, host).map(Value::Term) else {
            return condition.is_met_by_name(follower, &host.key);
        };
        match &place.site {
            Site::List(_) => condition.is_met_by(follower, &said),
            _ => condition.is_met(follower, &host.key, &said),
        }
    }))
}

/// What is said of a host, where that is an expression of its own.
fn said(place: &Place, host: &Host) -> Option<Term> {
    Some(place.term.with(Sibling::of(place, host).value?))
}

fn hosts(follower: &Follower<'_>, place: &Place) -> Vec<Host> {
    let host = |(name, node): (String, SyntaxNode)| Host { key: name.clone(), name, node };
    match &place.site {
        Site::Set(set) => {
            let names = follower.names(&place.term, set).into_iter();
            names.map(|(key, node)| Host { name: name_of(follower, place, &key, &node), key, node }).collect()
        }
        Site::After(siblings) => {
            let name = |node: &SyntaxNode| {
                let attr = AttrpathValue::cast(node.clone())?.attrpath()?.attrs().nth(place.prefix)?;
                let key = follower.attribute(&place.term, &attr)?;
                Some(Host { name: name_of(follower, place, &key, node), key, node: node.clone() })
            };
            siblings.iter().filter_map(name).collect()
        }
        Site::Under(_) => Vec::new(),
        Site::Over(call) => {
            let made = made(follower, &place.via, "", &Value::Term(place.term.clone()));
            let of_call = made.filter(|_| matches!(place.via, Via::Sets(_)));
            of_call.map(|(name, _)| host((name, call.clone()))).into_iter().collect()
        }
        Site::List(list) => {
            let item = |item: Expr| {
                let node = item.syntax().clone();
                let (name, _) = made(follower, &place.via, "", &Value::Term(place.term.with(item)))?;
                Some(host((name, node)))
            };
            list.items().filter_map(item).collect()
        }
    }
}

/// What the host is called that `via` makes of an attribute called `key`.
fn name_of(follower: &Follower<'_>, place: &Place, key: &str, node: &SyntaxNode) -> String {
    if matches!(place.via, Via::Host | Via::Arguments(_)) {
        return key.to_owned();
    }
    let is_whole = |it: &AttrpathValue| keys(it).len() == place.prefix + 1;
    let value = AttrpathValue::cast(node.clone()).filter(is_whole).and_then(|binding| binding.value());
    let value = value.map_or_else(|| Value::Text(String::new()), |value| Value::Term(place.term.with(value)));
    made(follower, &place.via, key, &value).map_or_else(|| key.to_owned(), |(name, _)| name)
}
