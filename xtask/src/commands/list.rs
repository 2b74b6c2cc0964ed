//! `list`: the agents of the tree.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::Result;
use generator::agent::summary::{self, Summary};

use serde::Serialize;

use crate::{
    Place, machine, report,
    session::Session,
    tools::{program::Installed, virsh::State},
};

/// List the agents with their ports, addresses and host keys, and what their machines are doing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  list
  list --json | jq -r '.[].name'")]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An agent, with what its machine is doing; nothing when it is not defined here, or can't be told.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    summary: Summary,
    vm_state: Option<String>,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let (agents, errors) = summary::all(session.tree())?;
    let states = machine::states(session.tree().settings(), &Installed).unwrap_or_default();
    let agents: Vec<_> = agents.into_iter().map(|summary| Row::new(summary, &states)).collect();
    if args.json {
        report::json(&agents)?;
    } else {
        let header = ["AGENT", "SSH", "SPICE", "MAC", "GIB", "CPUS", "HOST KEY", "SECRETS", "VM"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(agents.iter().map(row));
        report::data(&report::table(&rows))?;
    }
    for error in &errors {
        report::warning(&error.to_string());
    }
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Row {
    fn new(summary: Summary, states: &BTreeMap<String, State>) -> Self {
        Self { vm_state: states.get(&summary.host).map(ToString::to_string), summary }
    }
}

fn row(row: &Row) -> Vec<String> {
    let agent = &row.summary;
    let vm = &agent.vm;
    vec![
        agent.name.to_string(),
        vm.ssh_port.to_string(),
        vm.spice_port.to_string(),
        vm.mac.to_string(),
        vm.memory_gib.to_string(),
        vm.vcpus.to_string(),
        agent.host_key.to_string(),
        agent.secrets.len().to_string(),
        row.vm_state.clone().unwrap_or_else(|| "-".into()),
    ]
}
