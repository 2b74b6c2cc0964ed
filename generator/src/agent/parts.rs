//! What an agent consists of, part by part.

use std::fmt;

use super::registry::Registry;
use crate::{
    error::Location, name::AgentName, nix::find::AttrPath, path::TreePath, settings::Settings, tree::Tree,
};

/// One part of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The module of its user.
    User(TreePath),
    /// The configuration of its host.
    Host(TreePath),
    /// Its home.
    Home(TreePath),
    /// Its mail account.
    Mail(TreePath),
    /// Its entry in the flake.
    Registration(String),
    /// The import of its user into the base image.
    BaseUser(TreePath),
    /// Its home in the base image.
    BaseHome(String),
    /// Its host key in the rules.
    HostKey(AttrPath),
    /// A rule for one of its secrets.
    Rule(String),
    /// One of its secrets.
    Secret(TreePath),
    /// Its row in the guide.
    Row,
}

/// The parts of one agent that are there, and those that are not.
#[derive(Debug)]
pub struct Parts {
    /// The parts that are there, with where.
    pub present: Vec<(Part, Location)>,
    /// The parts that an agent needs and this one lacks.
    pub missing: Vec<Part>,
    /// Whether the agent was born with a host key, which is sealed in the tree.
    pub born_with_key: bool,
}

impl Parts {
    /// Looks for every part of the agent called `name`.
    #[must_use]
    pub fn of(tree: &Tree, registry: &Registry, name: &AgentName) -> Self {
        let settings = tree.settings();
        let located = |part: &Part| locate(tree, registry, name, part);
        let key = pair(settings, settings.paths.host_key_secret(name));
        let born_with_key = key.iter().any(|part| located(part).is_some());
        let host_key = Part::HostKey(settings.rules.machines().child(name.host()));
        let mut needed = needed(settings, name);
        let tailnet = pair(settings, settings.paths.tailnet_secret(name));
        if tailnet.iter().any(|part| located(part).is_some()) {
            needed.extend(tailnet);
        }
        if born_with_key {
            needed.push(host_key);
            needed.extend(key);
        } else if located(&host_key).is_some() {
            needed.push(host_key);
        }
        let mut parts = Self { present: Vec::new(), missing: Vec::new(), born_with_key };
        for part in needed {
            match located(&part) {
                Some(at) => parts.present.push((part, at)),
                None => parts.missing.push(part),
            }
        }
        parts
    }
}

/// The parts that every agent has, whichever way it came by its host key.
fn needed(settings: &Settings, name: &AgentName) -> Vec<Part> {
    let paths = &settings.paths;
    vec![
        Part::User(paths.user(name)),
        Part::Host(paths.host(name)),
        Part::Home(paths.home(name)),
        Part::Mail(paths.mail(name)),
        Part::Registration(name.host()),
        Part::BaseUser(paths.user(name)),
        Part::BaseHome(name.to_string()),
        Part::Rule(paths.rule(&paths.mail_secret(name))),
        Part::Secret(paths.mail_secret(name)),
        Part::Row,
    ]
}

/// A secret that not every agent has: its rule and its file, of which neither is of use alone.
fn pair(settings: &Settings, secret: TreePath) -> [Part; 2] {
    [Part::Rule(settings.paths.rule(&secret)), Part::Secret(secret)]
}

fn locate(tree: &Tree, registry: &Registry, name: &AgentName, part: &Part) -> Option<Location> {
    match part {
        Part::User(path) | Part::Host(path) | Part::Home(path) | Part::Mail(path) | Part::Secret(path) => {
            tree.has(path).then(|| Location::file(path))
        }
        Part::Registration(host) => registry.hosts.get(host).cloned(),
        Part::BaseUser(path) => registry.base_imports.get(path).cloned(),
        Part::BaseHome(user) => registry.base_homes.get(user).cloned(),
        Part::HostKey(_) => registry.machines.get(&name.host()).cloned(),
        Part::Rule(rule) => registry.rules.get(rule).cloned(),
        Part::Row => registry.guide.get(name.as_str())?.first().map(|(_, at)| at.clone()),
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(path) => write!(f, "the user {path}"),
            Self::Host(path) => write!(f, "the host {path}"),
            Self::Home(path) => write!(f, "the home {path}"),
            Self::Mail(path) => write!(f, "the mail account {path}"),
            Self::Registration(host) => write!(f, "nixosConfigurations.{host} in the flake"),
            Self::BaseUser(path) => write!(f, "the import of {path} into the base image"),
            Self::BaseHome(user) => write!(f, "home-manager.users.{user} in the base image"),
            Self::HostKey(path) => write!(f, "{path} in the rules"),
            Self::Rule(rule) => write!(f, "the rule of {rule}"),
            Self::Secret(path) => write!(f, "the secret {path}"),
            Self::Row => write!(f, "the row of the guide's table"),
        }
    }
}
