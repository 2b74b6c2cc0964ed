//! What the tree says of one agent: the values that its files were made with.

use rowan::ast::AstNode;
use serde::Serialize;

use crate::{
    error::{Error, Location, Result},
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
    person::{Description, Email, FullName},
    tree::Tree,
    vm::{Mac, Vm},
};

/// Everything that makes one agent differ from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The agent.
    pub name: AgentName,
    /// What it is called in mail and commits.
    pub full_name: FullName,
    /// What its user is described as.
    pub description: Description,
    /// Its mail address.
    pub email: Email,
    /// Its virtual machine.
    pub vm: Vm,
    /// Whether it joins the tailnet by itself, with a key of its own.
    pub tailnet_key: bool,
    /// The release that its host was born under.
    pub host_state_version: String,
    /// The release that its home was born under.
    pub home_state_version: String,
}

impl Facts {
    /// Reads the facts of an agent that has all its files; an error where one is not written out.
    pub fn read(tree: &Tree, name: &AgentName) -> Result<Self> {
        let paths = &tree.settings().paths;
        Self::of(
            name,
            &tree.nix(&paths.user(name))?,
            &tree.nix(&paths.host(name))?,
            &tree.nix(&paths.home(name))?,
        )
    }

    /// Reads the facts of an agent from its user's, its host's and its home's file.
    pub fn of(name: &AgentName, user: &NixFile, host: &NixFile, home: &NixFile) -> Result<Self> {
        Ok(Self {
            name: name.clone(),
            full_name: string(home, "programs.git.settings.user.name")?,
            description: string(user, &format!("users.users.{name}.description"))?,
            email: string(home, "programs.git.settings.user.email")?,
            vm: vm(host)?,
            tailnet_key: find(
                host,
                &AttrPath::value("age.secrets").child(format!("headscale-authkey-{name}")),
            )
            .is_bound(),
            host_state_version: string(host, "system.stateVersion")?,
            home_state_version: string(home, "home.stateVersion")?,
        })
    }
}

/// The virtual machine of every agent.
pub fn vms(tree: &Tree) -> Result<Vec<(AgentName, Result<Vm>)>> {
    let names = tree.agents()?;
    let hosts: Vec<_> = names.iter().map(|name| tree.settings().paths.host(name)).collect();
    let vms = tree.each_nix(&hosts, |_, host| vm(&host?));
    Ok(names.into_iter().zip(vms).collect())
}

/// Reads `agent.vm` from a host's file.
pub fn vm(host: &NixFile) -> Result<Vm> {
    Ok(Vm {
        ssh_port: number(host, "agent.vm.sshPort")?,
        spice_port: number(host, "agent.vm.spicePort")?,
        mac: string::<Mac>(host, "agent.vm.macAddress")?,
        memory_gib: number(host, "agent.vm.memoryGiB")?,
        vcpus: number(host, "agent.vm.vcpus")?,
    })
}

/// A string that `file` binds `path` to, parsed.
pub(crate) fn string<T: std::str::FromStr<Err: std::fmt::Display>>(file: &NixFile, path: &str) -> Result<T> {
    read(file, path, "a string", |expr| literal::string(expr).map(|text| text.parse::<T>()))
}

fn number<T: TryFrom<i64, Error: std::fmt::Display>>(file: &NixFile, path: &str) -> Result<T> {
    read(file, path, "a number", |expr| literal::integer(expr).map(T::try_from))
}

fn read<T, E: std::fmt::Display>(
    file: &NixFile,
    path: &str,
    what: &str,
    read: impl Fn(&rnix::ast::Expr) -> Option<std::result::Result<T, E>>,
) -> Result<T> {
    let found = find(file, &AttrPath::value(path));
    let no_place = |at: Location, found: String| Error::NoPlace {
        at,
        found,
        by_hand: format!("write {path} out as {what} in {}", file.path()),
    };
    let Some(value) = found.value() else {
        return Err(no_place(Location::file(file.path()), format!("there is no {path} here")));
    };
    let at = file.location(value.syntax());
    match read(value) {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(Error::Malformed { at, message: format!("{path}: {error}") }),
        None => Err(no_place(at, format!("{path} is not {what} written out"))),
    }
}
