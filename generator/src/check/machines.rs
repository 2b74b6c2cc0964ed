//! Ports and addresses: in range, unique, and the same in the guide.

use std::collections::BTreeMap;

use rowan::ast::AstNode;

use super::{Finding, look::Host};
use crate::{
    agent::{facts, registry::Registry},
    error::{Location, Result},
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
    },
    tree::Tree,
    vm::Vm,
};

/// What a host says of its virtual machine, and where.
#[derive(Debug)]
pub(super) struct Machine {
    vm: Option<Result<Vm>>,
    ssh_port: Location,
    spice_port: Location,
    mac: Location,
}

/// What the host in `file` says of its virtual machine.
pub(super) fn of_host(file: &NixFile) -> Machine {
    let place = |path: &str| {
        let found = find(file, &AttrPath::value(path));
        found.value().map_or_else(|| Location::file(file.path()), |value| file.location(value.syntax()))
    };
    Machine {
        vm: facts::in_host(file),
        ssh_port: place("agent.vm.sshPort"),
        spice_port: place("agent.vm.spicePort"),
        mac: place("agent.vm.macAddress"),
    }
}

pub(super) fn check(
    tree: &Tree,
    registry: &Registry,
    hosts: BTreeMap<AgentName, Host>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let (mut ports, mut macs) = (BTreeMap::new(), BTreeMap::new());
    for (name, host) in hosts {
        let Machine { vm, ssh_port, spice_port, mac } = host.machine;
        let xml = Location::file(&tree.settings().paths.vm_xml(&name));
        let [ssh_port, spice_port, mac] =
            if vm.is_none() { [xml.clone(), xml.clone(), xml] } else { [ssh_port, spice_port, mac] };
        let vm = match facts::machine(tree, &name, vm) {
            Ok(vm) => vm,
            Err(error) => {
                findings.push(Finding::of(error)?);
                continue;
            }
        };
        findings.extend(row(registry, &name, &vm));
        for (port, at) in [(vm.ssh_port, ssh_port), (vm.spice_port, spice_port)] {
            if let Some(other) = ports.insert(port, name.clone()) {
                let mend = "take the next free one: `list` shows those that are taken";
                findings.push(Finding::error(at, format!("port {port} is taken: {other} has it"), mend));
            }
        }
        if let Some(other) = macs.insert(vm.mac, name) {
            let message = format!("the address {} is taken: {other} has it", vm.mac);
            findings.push(Finding::error(mac, message, "change its last byte"));
        }
    }
    Ok(())
}

fn row(registry: &Registry, name: &AgentName, vm: &Vm) -> Vec<Finding> {
    let rows = registry.guide.get(name.as_str()).map_or(&[][..], Vec::as_slice);
    let ports = [vm.ssh_port.to_string(), vm.spice_port.to_string()];
    let wrong = rows.iter().filter(|(row, _)| row.ports != ports).map(|(row, at)| {
        let [ssh, spice] = &row.ports;
        Finding::error(
            at.clone(),
            format!(
                "the row of {name} says {ssh} and {spice}, its host {} and {}",
                vm.ssh_port, vm.spice_port
            ),
            format!("write {}", crate::guide::row(name, vm)),
        )
    });
    let again = rows.iter().skip(1).map(|(_, at)| {
        Finding::error(at.clone(), format!("{name} has another row above"), "remove one of them")
    });
    wrong.chain(again).collect()
}
