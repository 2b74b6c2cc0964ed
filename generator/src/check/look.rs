//! One look at every Nix file: it is read and parsed once, and what the rules want of it is taken then.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding,
    machines::{self, Machine},
    names,
    secrets::{self, Wanted},
};
use crate::{
    error::{Error, Location, Result},
    name::AgentName,
    nix::file::NixFile,
    path::TreePath,
    settings::Paths,
    tree::Tree,
};

/// What the rules want to know of the Nix files.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// The files that can't be read or parsed, and those that are not formatted.
    pub(super) style: Vec<Finding>,
    /// What calls an agent by another name than its own.
    pub(super) names: Vec<Finding>,
    /// The files that are named by a path.
    pub(super) imported: BTreeSet<TreePath>,
    /// The host of every agent that has one.
    pub(super) hosts: BTreeMap<AgentName, Host>,
}

/// What a host says of its agent's machine.
#[derive(Debug)]
pub(super) struct Host {
    /// Its numbers.
    pub(super) machine: Machine,
    /// The secrets that it wants.
    pub(super) secrets: Vec<Wanted>,
}

/// Which of an agent's own files a file is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    User,
    Host,
    Home,
    Mail,
}

/// Looks at the flake, the rules, and every Nix file below the folders of hosts, homes and users.
pub(super) fn look(tree: &Tree, agents: &[AgentName]) -> Result<Looks> {
    let roles = roles(&tree.settings().paths, agents);
    let looked = tree.each_nix(&nix_files(tree)?, |path, file| match file {
        Ok(file) => Ok(of_file(&file, roles.get(path))),
        Err(error @ Error::Io { .. }) => {
            Ok(Looks { style: vec![unreadable(path, &error)], ..Looks::default() })
        }
        Err(error) => Ok(Looks { style: vec![Finding::of(error)?], ..Looks::default() }),
    });
    let mut all = Looks::default();
    for one in looked {
        let one: Looks = one?;
        all.style.extend(one.style);
        all.names.extend(one.names);
        all.imported.extend(one.imported);
        all.hosts.extend(one.hosts);
    }
    Ok(all)
}

fn of_file(file: &NixFile, role: Option<&(AgentName, Role)>) -> Looks {
    let mut look = Looks {
        imported: file.references().into_iter().map(|(target, _)| target).collect(),
        ..Looks::default()
    };
    if !file.is_formatted() {
        look.style.push(Finding::warning(
            Location::file(file.path()),
            "is not in the official nixfmt style",
            format!("nixfmt {}", file.path()),
        ));
    }
    if let Some((name, role)) = role {
        look.names = names::of_file(file, name, *role);
        if matches!(role, Role::Host) {
            let host = Host { machine: machines::of_host(file), secrets: secrets::of_host(file) };
            look.hosts.insert(name.clone(), host);
        }
    }
    look
}

/// The files that are agents' own.
fn roles(paths: &Paths, agents: &[AgentName]) -> BTreeMap<TreePath, (AgentName, Role)> {
    let of_agent = |name: &AgentName| {
        [
            (paths.user(name), Role::User),
            (paths.host(name), Role::Host),
            (paths.home(name), Role::Home),
            (paths.mail(name), Role::Mail),
        ]
        .map(|(path, role)| (path, (name.clone(), role)))
    };
    agents.iter().flat_map(of_agent).collect()
}

fn unreadable(path: &TreePath, error: &Error) -> Finding {
    let why = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    Finding::error(Location::file(path), format!("can't be read{why}"), "bring it back, or make it readable")
}

fn nix_files(tree: &Tree) -> Result<Vec<TreePath>> {
    let paths = &tree.settings().paths;
    // The long ones come first: one of them at the end would keep one processor waiting for the other.
    let mut files: Vec<_> = paths.shared().into_iter().cloned().collect();
    let shared = BTreeSet::from_iter(files.clone());
    files.extend(tree.modules()?.into_iter().filter(|path| !shared.contains(path)));
    Ok(files)
}
