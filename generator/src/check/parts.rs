//! Each agent has all its parts, and no part is without its agent.

use std::collections::{BTreeMap, BTreeSet};

use rowan::ast::AstNode;

use super::Finding;
use crate::{
    agent::{
        parts::{Part, Parts},
        registry::{self, Registry},
    },
    error::{Location, Result},
    name::AgentName,
    nix::find::find,
    parallel,
    path::TreePath,
    tree::Tree,
};

pub(super) fn check(
    tree: &Tree,
    registry: &Registry,
    agents: &[AgentName],
    imported: &BTreeSet<TreePath>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let known: BTreeSet<&str> = agents.iter().map(AgentName::as_str).collect();
    let lacking = parallel::map(agents, |name| Parts::of(tree, registry, name).missing);
    for (name, parts) in agents.iter().zip(lacking) {
        for part in parts {
            findings.push(missing(tree, registry, name, &part)?);
        }
    }
    for (name, at, what) in mentions(tree, registry)? {
        if !known.contains(name.as_str()) {
            let mend = format!("remove it, or bring back {}", tree.settings().paths.host(&name));
            findings.push(Finding::error(at, format!("{what} is of {name}, which is no agent"), mend));
        }
    }
    strays(tree, &known, imported, findings)
}

/// What lacks is shown where it belongs: in the set or list of its siblings, or in the host that is without it.
fn missing(tree: &Tree, registry: &Registry, name: &AgentName, part: &Part) -> Result<Finding> {
    let paths = &tree.settings().paths;
    let (path, mend) = match part {
        Part::User(path) | Part::Host(path) | Part::Home(path) | Part::Mail(path) => {
            (path, "bring it back: `new-agent NAME --dry-run` shows what an agent's looks like".to_owned())
        }
        Part::Registration(host) => {
            (&paths.flake, format!("add nixosConfigurations.{host}, as its siblings are"))
        }
        Part::BaseUser(user) => (&paths.base, format!("add {} to its imports", paths.base.reference(user))),
        Part::BaseHome(user) => {
            let home = paths.base.reference(&paths.home(name));
            (&paths.base, format!("add home-manager.users.{user} = {home};"))
        }
        Part::HostKey(key) => (&paths.rules, format!("add {key}, the public half of its host key")),
        Part::Rule(rule) => (&paths.rules, format!("add a rule for \"{rule}\"")),
        Part::Secret(path) => (path, "bring it back, or seal a new value".to_owned()),
        Part::Row => (&paths.guide, format!("add a row for {name} to the table of agents and ports")),
    };
    let siblings = match part {
        Part::BaseUser(_) => Some(registry::base_imports()),
        Part::BaseHome(_) => Some(registry::base_homes()),
        Part::HostKey(_) => Some(tree.settings().rules.machines()),
        Part::Rule(_) => Some(registry::rules()),
        _ => None,
    };
    let at = match siblings {
        None if matches!(part, Part::Registration(_)) => registry.hosts_place.clone(),
        Some(siblings) => {
            let file = tree.nix(path)?;
            let found = find(&file, &siblings);
            found.values.first().map_or_else(|| Location::file(path), |value| file.location(value.syntax()))
        }
        None if tree.has(path) => Location::file(path),
        None => Location::file(&paths.host(name)),
    };
    Ok(Finding::error(at, format!("{name} lacks {part}"), mend))
}

/// Every place outside its own folders that names an agent.
fn mentions(tree: &Tree, registry: &Registry) -> Result<Vec<(AgentName, Location, String)>> {
    let paths = &tree.settings().paths;
    let mut mentions = Vec::new();
    let named = |names: &BTreeMap<String, Location>, what: &str| {
        let of_host = |(host, at): (&String, &Location)| {
            Some((AgentName::of_host(host)?, at.clone(), format!("{what}.{host}")))
        };
        names.iter().filter_map(of_host).collect::<Vec<_>>()
    };
    mentions.extend(named(&registry.hosts, "nixosConfigurations"));
    mentions.extend(named(&registry.machines, tree.settings().rules.machines.as_str()));
    let mut mention = |name: &str, at: &Location, what: String| {
        mentions.extend(name.parse().ok().map(|name| (name, at.clone(), what)));
    };
    for (row, at) in registry.guide.values().flatten() {
        mention(&row.agent, at, format!("the row {}", row.agent));
    }
    for (user, at) in &registry.base_homes {
        if user != tree.settings().admin_user.as_str() {
            mention(user, at, format!("home-manager.users.{user}"));
        }
    }
    for name in tree.folder(&paths.homes)? {
        let agent = name.parse::<AgentName>().ok().filter(|name| tree.has(&paths.home(name)));
        if let Some(agent) = agent {
            mention(&name, &Location::file(&paths.home(&agent)), "the home".into());
        }
    }
    for name in tree.folder(&paths.secrets)? {
        let path = paths.secrets.join(&name);
        if let Some(agent) = agent_of_secret(&name) {
            mention(agent, &Location::file(&path), "the secret".into());
        }
    }
    for (rule, at) in &registry.rules {
        if let Some(agent) = rule.rsplit('/').next().and_then(agent_of_secret) {
            mention(agent, at, format!("the rule {rule}"));
        }
    }
    Ok(mentions)
}

/// The name in the file name of a secret that `new-agent` makes.
fn agent_of_secret(name: &str) -> Option<&str> {
    let mail = name.strip_prefix("stalwart-mail-").and_then(|rest| rest.strip_suffix("-password.age"));
    let tailnet = || name.strip_prefix("headscale-authkey-")?.strip_suffix(".age");
    mail.or_else(tailnet).or_else(|| name.strip_prefix("agent-")?.strip_suffix("-host-key.age"))
}

/// Users in the base image, or among the modules, that are neither agents nor people.
fn strays(
    tree: &Tree,
    agents: &BTreeSet<&str>,
    imported: &BTreeSet<TreePath>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let settings = tree.settings();
    let paths = &settings.paths;
    let known = |user: &str| user == settings.admin_user.as_str() || user == "keys" || agents.contains(user);
    for file in tree.folder(&paths.users)? {
        let path = paths.users.join(&file);
        let Some(user) = file.strip_suffix(".nix").filter(|user| !known(user)) else { continue };
        if !imported.contains(&path) {
            findings.push(Finding::warning(
                Location::file(&path),
                format!("the user {user} is neither an agent nor imported by anything"),
                "remove it, or import it where it is meant to be",
            ));
        }
    }
    Ok(())
}
