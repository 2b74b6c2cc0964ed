//! Ports and addresses: in range, unique, and the same in the guide.

use std::collections::BTreeMap;

use rowan::ast::AstNode;

use super::Finding;
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

pub(super) fn check(
    tree: &Tree,
    registry: &Registry,
    agents: &[AgentName],
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let mut ports = BTreeMap::new();
    let mut macs = BTreeMap::new();
    for name in agents {
        let path = tree.settings().paths.host(name);
        if !tree.has(&path) {
            continue;
        }
        let host = tree.nix(&path)?;
        let vm = match facts::vm(&host) {
            Ok(vm) => vm,
            Err(error) => {
                findings.push(Finding::of(error)?);
                continue;
            }
        };
        for (port, key) in [(vm.ssh_port, "sshPort"), (vm.spice_port, "spicePort")] {
            let at = place(&host, &format!("agent.vm.{key}"));
            if let Some(other) = ports.insert(port, name) {
                let mend = "take the next free one: `list` shows those that are taken";
                findings.push(Finding::error(at, format!("port {port} is taken: {other} has it"), mend));
            }
        }
        if let Some(other) = macs.insert(vm.mac, name) {
            let at = place(&host, "agent.vm.macAddress");
            let mend = "change its last byte";
            findings.push(Finding::error(
                at,
                format!("the address {} is taken: {other} has it", vm.mac),
                mend,
            ));
        }
        findings.extend(row(registry, name, &vm));
    }
    Ok(())
}

fn row(registry: &Registry, name: &AgentName, vm: &Vm) -> Vec<Finding> {
    let rows: Vec<_> = registry.guide.iter().filter(|(row, _)| row.agent == name.as_str()).collect();
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

fn place(file: &NixFile, path: &str) -> Location {
    let found = find(file, &AttrPath::value(path));
    found.value().map_or_else(|| Location::file(file.path()), |value| file.location(value.syntax()))
}
