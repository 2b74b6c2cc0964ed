//! What is chosen for a new agent where nothing is asked for: its facts, its ports, its address.

use std::collections::BTreeSet;

use super::{
    facts::{self, Facts},
    new::{RELEASE, Request},
};
use crate::{
    error::{Error, Result},
    host_file::Needs,
    settings::Settings,
    tree::Tree,
    vm::{Mac, Port, Vm},
};

/// The facts of an agent of the templates: what is asked for, and what follows from the name.
pub(super) fn choose(tree: &Tree, request: &Request, vm: Vm) -> Result<Facts> {
    let (settings, name) = (tree.settings(), &request.name);
    let chosen = |text: String| Error::Conflict { message: text, hint: "say it with an option".into() };
    let full_name = match &request.full_name {
        Some(full_name) => full_name.clone(),
        None => name.capitalised().parse().map_err(|error| chosen(format!("{error}")))?,
    };
    let description = match &request.description {
        Some(description) => description.clone(),
        None => format!("Autonomous agent {}", name.capitalised())
            .parse()
            .map_err(|error| chosen(format!("{error}")))?,
    };
    let email = match &request.email {
        Some(email) => email.clone(),
        None => format!("{name}@{}", settings.domain.as_str())
            .parse()
            .map_err(|error| chosen(format!("{error}")))?,
    };
    Ok(Facts {
        name: name.clone(),
        full_name,
        description,
        email,
        vm,
        tailnet_key: request.tailnet_key.is_some(),
        host_state_version: RELEASE.into(),
        home_state_version: RELEASE.into(),
        needs: Needs::default(),
    })
}

/// The machine that is asked for, with ports and an address that no other agent has.
pub(super) fn choose_vm(tree: &Tree, request: &Request) -> Result<Vm> {
    let defaults = &tree.settings().vm;
    let mut others = Vec::new();
    for (agent, vm) in facts::vms(tree)? {
        others.push((agent, vm?));
    }
    let taken: BTreeSet<Port> = others.iter().flat_map(|(_, vm)| [vm.ssh_port, vm.spice_port]).collect();
    for port in [request.ssh_port, request.spice_port].into_iter().flatten() {
        if let Some((agent, _)) = others.iter().find(|(_, vm)| vm.ssh_port == port || vm.spice_port == port) {
            return Err(Error::Conflict {
                message: format!("port {port} is taken: {agent} has it"),
                hint: "take another one, or none: the lowest free one is chosen".into(),
            });
        }
    }
    let (ssh_port, spice_port) =
        choose_ports(tree.settings(), request, &taken).ok_or_else(|| Error::Conflict {
            message: "there are no two free ports from the first ones upwards".into(),
            hint: "name them by --ssh-port and --spice-port".into(),
        })?;
    let model = request.like.as_ref().and_then(|like| others.iter().find(|(agent, _)| agent == like));
    let (memory_gib, vcpus) =
        model.map_or((defaults.memory_gib, defaults.vcpus), |(_, vm)| (vm.memory_gib, vm.vcpus));
    let macs = others.iter().map(|(_, vm)| vm.mac).collect();
    Ok(Vm {
        ssh_port,
        spice_port,
        mac: Mac::derive(&request.name, &macs),
        memory_gib: request.memory_gib.unwrap_or(memory_gib),
        vcpus: request.vcpus.unwrap_or(vcpus),
    })
}

/// The ports asked for; the lowest free pair, at the same distance from both first ports, if neither is.
fn choose_ports(settings: &Settings, request: &Request, taken: &BTreeSet<Port>) -> Option<(Port, Port)> {
    let upwards = |first: Port| std::iter::successors(Some(first), |port| port.next());
    let (ssh, spice) = (upwards(settings.vm.first_ssh_port), upwards(settings.vm.first_spice_port));
    let free = |port: Port| !taken.contains(&port);
    match (request.ssh_port, request.spice_port) {
        (Some(ssh), Some(spice)) => (ssh != spice).then_some((ssh, spice)),
        (Some(ssh), None) => {
            spice.into_iter().find(|port| free(*port) && *port != ssh).map(|spice| (ssh, spice))
        }
        (None, Some(spice)) => {
            ssh.into_iter().find(|port| free(*port) && *port != spice).map(|ssh| (ssh, spice))
        }
        (None, None) => ssh.zip(spice).find(|(ssh, spice)| free(*ssh) && free(*spice) && ssh != spice),
    }
}
