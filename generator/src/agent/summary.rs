//! What `list` and `show` say of agents.

use std::fmt;

use serde::Serialize;

use super::{
    facts::{self, Facts},
    parts::{Part, Parts},
    registry::Registry,
};
use crate::{
    error::{Error, Result},
    name::AgentName,
    nix::{find::find, literal},
    parallel,
    secrets::{access::Access, recipient::Recipient},
    tree::Tree,
    vm::Vm,
};

/// An agent in one line.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Its name.
    pub name: AgentName,
    /// Its machine's name.
    pub host: String,
    /// Its machine.
    #[serde(flatten)]
    pub vm: Vm,
    /// Whether its machine is known.
    pub host_key: HostKeyState,
    /// The paths of its own secrets.
    pub secrets: Vec<String>,
}

/// Whether the tree knows an agent's machine by its host key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostKeyState {
    /// The key was made at birth, and is sealed in the tree.
    Born,
    /// The machine made the key, and the rules know it.
    Trusted,
    /// The machine will make, or has made, a key that the rules don't know.
    Unknown,
}

/// Everything that the tree says of an agent.
#[derive(Debug, Serialize)]
pub struct Detail {
    /// Who it is, and its machine.
    #[serde(flatten)]
    pub facts: Facts,
    /// Its machine's name.
    pub host: String,
    /// Whether its machine is known.
    pub host_key: HostKeyState,
    /// The fingerprint of the host key that the rules know, as `ssh-keygen -l` prints it.
    pub fingerprint: Option<String>,
    /// The secrets that are its own, or that its machine may read.
    pub secrets: Vec<SecretDetail>,
    /// Its parts, with where each is.
    pub parts: Vec<String>,
    /// The parts that it lacks.
    pub missing: Vec<String>,
}

/// A secret and who may read it.
#[derive(Debug, Serialize)]
pub struct SecretDetail {
    /// Its path.
    pub path: String,
    /// Its readers, as the rules call them.
    pub readers: Vec<String>,
}

/// Every agent; and the errors for those of which the tree doesn't say enough.
pub fn all(tree: &Tree) -> Result<(Vec<Summary>, Vec<Error>)> {
    let registry = Registry::read(tree)?;
    let (mut agents, mut errors) = (Vec::new(), Vec::new());
    let vms = facts::vms(tree)?;
    let parts = parallel::map(&vms, |(name, _)| Parts::of(tree, &registry, name));
    for ((name, vm), parts) in vms.into_iter().zip(parts) {
        match vm {
            Ok(vm) => agents.push(summary(name, vm, &parts)),
            Err(error) => errors.push(error),
        }
    }
    Ok((agents, errors))
}

/// One agent.
pub fn one(tree: &Tree, name: &AgentName) -> Result<Detail> {
    let registry = Registry::read(tree)?;
    tree.expect_agent(name)?;
    let parts = Parts::of(tree, &registry, name);
    let facts = Facts::read(tree, name)?;
    let access = Access::read(tree)?;
    let key = host_key(tree, name)?;
    let own = own_secrets(&parts);
    let secrets = access.rules().filter(|(path, rule)| {
        own.contains(&path.to_string()) || key.as_ref().is_some_and(|key| rule.recipients.contains(key))
    });
    let secrets = secrets
        .map(|(path, rule)| SecretDetail { path: path.to_string(), readers: access.names(&rule.recipients) })
        .collect();
    Ok(Detail {
        host: name.host(),
        host_key: state(&parts),
        fingerprint: key.and_then(|key| key.fingerprint()),
        secrets,
        parts: parts.present.iter().map(|(part, at)| located(part, &at.to_string())).collect(),
        missing: parts.missing.iter().map(ToString::to_string).collect(),
        facts,
    })
}

/// A part and where it is, unless the part says so itself.
fn located(part: &Part, at: &str) -> String {
    let text = part.to_string();
    if text.ends_with(at) { text } else { format!("{text} ({at})") }
}

/// The host key that the rules know for an agent's machine.
pub fn host_key(tree: &Tree, name: &AgentName) -> Result<Option<Recipient>> {
    let rules = tree.nix(&tree.settings().paths.rules)?;
    let found = find(&rules, &tree.settings().rules.machines().child(name.host()));
    Ok(found.value().and_then(literal::string).and_then(|key| key.parse().ok()))
}

fn summary(name: AgentName, vm: Vm, parts: &Parts) -> Summary {
    Summary { host: name.host(), vm, host_key: state(parts), secrets: own_secrets(parts), name }
}

fn state(parts: &Parts) -> HostKeyState {
    let known = parts.present.iter().any(|(part, _)| matches!(part, Part::HostKey(_)));
    match (known, parts.born_with_key) {
        (true, true) => HostKeyState::Born,
        (true, false) => HostKeyState::Trusted,
        (false, _) => HostKeyState::Unknown,
    }
}

fn own_secrets(parts: &Parts) -> Vec<String> {
    let secrets = parts.present.iter().filter_map(|(part, _)| match part {
        Part::Secret(path) => Some(path.to_string()),
        _ => None,
    });
    secrets.collect()
}

impl fmt::Display for HostKeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Born => "born with it",
            Self::Trusted => "trusted",
            Self::Unknown => "not known yet",
        })
    }
}
