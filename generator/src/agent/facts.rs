//! What the tree says of one agent: the values that its files were made with.

use rowan::ast::AstNode;
use serde::Serialize;

use crate::{
    domain::Written,
    error::{Error, Location, Result},
    guide,
    host_file::{Needs, STATE_VERSION},
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        follow::default,
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
    /// What its host's own file needs to say for what the flake says of its machines.
    #[serde(skip)]
    pub needs: Needs,
}

impl Facts {
    /// Reads the facts of an agent that has all its files; an error where one is not written out.
    pub fn read(tree: &Tree, name: &AgentName) -> Result<Self> {
        let paths = &tree.settings().paths;
        let host = tree.nix(&paths.host(name))?;
        let vm = machine(tree, name, in_host(&host))?;
        Self::of(name, vm, &tree.nix(&paths.user(name))?, &host, &tree.nix(&paths.home(name))?)
    }

    /// Reads the facts of an agent from its user's, its host's and its home's file.
    pub fn of(name: &AgentName, vm: Vm, user: &NixFile, host: &NixFile, home: &NixFile) -> Result<Self> {
        Ok(Self {
            name: name.clone(),
            full_name: string(home, "programs.git.settings.user.name")?,
            description: string(user, &format!("users.users.{name}.description"))?,
            email: string(home, "programs.git.settings.user.email")?,
            vm,
            tailnet_key: find(
                host,
                &AttrPath::value("age.secrets").child(format!("headscale-authkey-{name}")),
            )
            .is_bound(),
            host_state_version: string(host, STATE_VERSION)?,
            home_state_version: string(home, "home.stateVersion")?,
            needs: Needs::of(host),
        })
    }
}

/// The virtual machine of every agent.
pub fn vms(tree: &Tree) -> Result<Vec<(AgentName, Result<Vm>)>> {
    let names = tree.agents()?;
    let hosts: Vec<_> = names.iter().map(|name| tree.settings().paths.host(name)).collect();
    let vms =
        tree.each_nix(&hosts, |_, host| host.map_or_else(|error| Some(Err(error)), |host| in_host(&host)));
    let machine = |(name, vm)| {
        let vm = machine(tree, &name, vm);
        (name, vm)
    };
    Ok(names.into_iter().zip(vms).map(machine).collect())
}

/// The virtual machine of one agent.
pub fn vm(tree: &Tree, name: &AgentName) -> Result<Vm> {
    machine(tree, name, in_host(&tree.nix(&tree.settings().paths.host(name))?))
}

/// The machine that a host's file says, or else the `vm.xml` beside it.
pub(crate) fn machine(tree: &Tree, name: &AgentName, in_host: Option<Result<Vm>>) -> Result<Vm> {
    match in_host {
        Some(vm) => vm,
        None => in_xml(tree, name),
    }
}

/// Reads `agent.vm` from a host's file; nothing where it isn't bound there.
pub(crate) fn in_host(host: &NixFile) -> Option<Result<Vm>> {
    let found = find(host, &AttrPath::value("agent.vm"));
    let is_there = found.is_bound() || !found.values.is_empty() || !found.opaque.is_empty();
    let read = || {
        Ok(Vm {
            ssh_port: number(host, "agent.vm.sshPort")?,
            spice_port: number(host, "agent.vm.spicePort")?,
            mac: string::<Mac>(host, "agent.vm.macAddress")?,
            memory_gib: number(host, "agent.vm.memoryGiB")?,
            vcpus: number(host, "agent.vm.vcpus")?,
        })
    };
    is_there.then(read)
}

/// Reads the machine of an agent that predates `agent.vm`: its `vm.xml`, and the guide's table for a port that is
/// forwarded by other means.
fn in_xml(tree: &Tree, name: &AgentName) -> Result<Vm> {
    let paths = &tree.settings().paths;
    let path = paths.vm_xml(name);
    let Some(xml) = tree.text(&path)? else {
        let host = paths.host(name);
        return Err(Error::NoPlace {
            at: Location::file(&host),
            found: format!("there is no agent.vm here, and no {path}"),
            by_hand: format!(
                "write agent.vm = {{ sshPort; spicePort; macAddress; memoryGiB; vcpus; }} in {host}"
            ),
        });
    };
    let at = Location::file(&path);
    let written = Written::parse(&xml)
        .map_err(|error| Error::Malformed { at: at.clone(), message: error.to_string() })?;
    let row = guide::rows(&tree.text(&paths.guide)?.unwrap_or_default());
    let row = row.into_iter().find(|row| row.agent == name.as_str());
    let [ssh, spice] = row.map(|row| row.ports).unwrap_or_default();
    let lacks = |what: &str| Error::NoPlace {
        at: at.clone(),
        found: format!("it doesn't say {what}"),
        by_hand: format!("write it there, or agent.vm in {}", paths.host(name)),
    };
    Ok(Vm {
        ssh_port: written.ssh_port.or_else(|| ssh.parse().ok()).ok_or_else(|| lacks("the port of SSH"))?,
        spice_port: written
            .spice_port
            .or_else(|| spice.parse().ok())
            .ok_or_else(|| lacks("the port of SPICE"))?,
        mac: written.mac.ok_or_else(|| lacks("the address of its card"))?,
        memory_gib: written.memory_gib.ok_or_else(|| lacks("its memory"))?,
        vcpus: written.vcpus.ok_or_else(|| lacks("its processors"))?,
    })
}

/// A string that `file` binds `path` to, plainly or as a default, parsed.
pub(crate) fn string<T: std::str::FromStr<Err: std::fmt::Display>>(file: &NixFile, path: &str) -> Result<T> {
    read(file, path, "a string", |expr| {
        let default = default(expr);
        literal::string(default.as_ref().unwrap_or(expr)).map(|text| text.parse::<T>())
    })
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
