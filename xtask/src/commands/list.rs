//! `list`: the agents of the tree.

use std::process::ExitCode;

use anyhow::Result;
use generator::agent::summary::{self, Summary};

use crate::{Place, report, session::Session};

/// List the agents with their ports, addresses and host keys
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

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let (agents, errors) = summary::all(session.tree())?;
    if args.json {
        report::json(&agents)?;
    } else {
        let header = ["AGENT", "SSH", "SPICE", "MAC", "GIB", "CPUS", "HOST KEY", "SECRETS"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(agents.iter().map(row));
        report::data(&report::table(&rows))?;
    }
    for error in &errors {
        report::warning(&error.to_string());
    }
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn row(agent: &Summary) -> Vec<String> {
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
    ]
}
