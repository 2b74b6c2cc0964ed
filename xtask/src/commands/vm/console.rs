//! `vm console`: the serial console of a machine.

use std::process::ExitCode;

use anyhow::Result;
use generator::name::AgentName;

use super::{expect_running, machine};
use crate::{Place, report, tools::virsh::Virsh};

/// Open the serial console of a machine, where it boots and can be logged in to without a network
///
/// Ctrl-] leaves it; the machine runs on.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    expect_running(&machine)?;
    report::note(&format!(
        "the console of {}: Ctrl-] leaves it, and Enter may be needed to see something",
        machine.domain
    ));
    Err(Virsh::console(&machine.domain).become_it().into())
}
