//! `vm status`: what a machine is doing, and which ways in are open.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use generator::{agent::trust::fingerprint, name::AgentName, vm::Port};
use serde::Serialize;

use super::machine;
use crate::{
    Place,
    deploy::start::{Open, look},
    machine::{Machine, known_hosts},
    report,
    tools::{qemu, virsh::State},
};

/// Show what a machine is doing, which ways in are open, and what its disk is made of
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm status drago
  vm status drago --json | jq -r .state")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Status {
    name: AgentName,
    domain: String,
    /// Nothing when it is not defined.
    state: Option<String>,
    ssh_port: Port,
    spice_port: Port,
    guest_agent: bool,
    ssh: bool,
    addresses: Vec<Address>,
    host_key: Option<String>,
    disk: Option<Disk>,
    /// What keeps a machine that is paused from writing.
    disk_errors: Option<String>,
}

/// An address of the guest.
#[derive(Serialize)]
struct Address {
    interface: String,
    address: String,
}

#[derive(Serialize)]
struct Disk {
    path: PathBuf,
    /// What the guest sees, in bytes.
    size: u64,
    /// What it takes on this machine, in bytes.
    used: u64,
    /// The images that it is made from, the nearest first.
    backing: Vec<PathBuf>,
    snapshots: usize,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh", "qemu-img"])?;
    let status = status(&machine)?;
    if args.json { report::json(&status) } else { report::data(&text(&status)) }?;
    Ok(ExitCode::SUCCESS)
}

fn status(machine: &Machine<'_>) -> Result<Status> {
    let state = machine.state()?;
    let running = state == Some(State::Running);
    let open = if running { look(machine) } else { Open { agent: false, ssh: false } };
    let addresses = if open.agent { machine.agent().addresses().unwrap_or_default() } else { Vec::new() };
    let addresses = addresses.into_iter().map(|(interface, address)| Address { interface, address });
    let paused = matches!(state, Some(State::Paused(_)));
    let disk_errors = if paused { machine.virsh().disk_errors(&machine.domain).ok() } else { None };
    Ok(Status {
        name: machine.name.clone(),
        domain: machine.domain.clone(),
        state: state.map(|state| state.to_string()),
        ssh_port: machine.vm.ssh_port,
        spice_port: machine.vm.spice_port,
        guest_agent: open.agent,
        ssh: open.ssh,
        addresses: addresses.collect(),
        host_key: known_hosts::pinned(&machine.files, &machine.domain)?.map(|key| fingerprint(&key)),
        disk: disk(machine)?,
        disk_errors: disk_errors.filter(|errors| !errors.is_empty()),
    })
}

fn disk(machine: &Machine<'_>) -> Result<Option<Disk>> {
    let path = machine.disk();
    if !path.exists() {
        return Ok(None);
    }
    let mut chain = qemu::chain(machine.programs, &path)?.into_iter();
    let Some(disk) = chain.next() else { return Ok(None) };
    Ok(Some(Disk {
        path,
        size: disk.virtual_size,
        used: disk.actual_size,
        snapshots: disk.snapshots.len(),
        backing: chain.map(|image| image.filename).collect(),
    }))
}

fn text(status: &Status) -> String {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let answers = |open: bool| if open { "answers" } else { "does not answer" };
    let running = status.state.as_deref() == Some("running");
    let state = status.state.clone();
    let ssh = format!("127.0.0.1:{}", status.ssh_port);
    let ssh = if running { format!("{ssh}, {}", answers(status.ssh)) } else { ssh };
    let mut rows = vec![
        row("machine", status.domain.clone()),
        row("state", state.unwrap_or_else(|| format!("not defined: `deploy {}` makes it", status.name))),
    ];
    rows.extend(status.disk_errors.iter().map(|errors| row("disk error", errors.clone())));
    rows.push(row("SSH", ssh));
    rows.push(row("SPICE", format!("127.0.0.1:{}", status.spice_port)));
    if running {
        rows.push(row("guest agent", answers(status.guest_agent).to_owned()));
    }
    rows.extend(
        status.addresses.iter().map(|it| row("address", format!("{} ({})", it.address, it.interface))),
    );
    rows.push(row("host key", status.host_key.clone().unwrap_or_else(|| "not pinned".into())));
    match &status.disk {
        None => rows.push(row("disk", "none".into())),
        Some(disk) => {
            let (used, size) = (gib(disk.used), gib(disk.size));
            rows.push(row("disk", format!("{}, {used} of {size}", disk.path.display())));
            rows.extend(disk.backing.iter().map(|image| row("based on", image.display().to_string())));
            rows.push(row("snapshots", disk.snapshots.to_string()));
        }
    }
    report::table(&rows)
}

/// Bytes, as people read them.
fn gib(bytes: u64) -> String {
    // One digit after the point, without a float.
    let tenths = bytes / ((1 << 30) / 10);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}
