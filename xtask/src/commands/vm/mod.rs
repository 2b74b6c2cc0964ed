//! `vm`: the days of one machine, one file a command.

mod destroy;
mod ssh;
mod start;
mod status;
mod stop;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Subcommand;
use generator::name::AgentName;

use crate::{
    Place,
    deploy::preflight,
    machine::Machine,
    session::Session,
    tools::program::{Installed, Programs},
};

/// Start, stop, enter, watch, keep and destroy the machine of one agent
///
/// `deploy` makes the machine. It is a domain of libvirt's session (`qemu:///session`) of whoever runs this.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  vm status drago            what it is doing, and which ways in are open
  vm ssh drago               a shell as the agent
  vm ssh drago --admin       a shell as the admin user, who has sudo
  vm stop drago && vm start drago"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Start(start::Args),
    Stop(stop::Args),
    Restart(stop::RestartArgs),
    Resume(start::ResumeArgs),
    Ssh(ssh::Args),
    Status(status::Args),
    Destroy(destroy::Args),
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Start(args) => start::run(place, args),
        Command::Stop(args) => stop::run(place, args),
        Command::Restart(args) => stop::run_restart(place, args),
        Command::Resume(args) => start::run_resume(place, args),
        Command::Ssh(args) => ssh::run(place, args),
        Command::Status(args) => status::run(place, args),
        Command::Destroy(args) => destroy::run(place, args),
    }
}

/// The machine of an agent, on a host that has the programs which the command runs.
fn machine(place: &Place, name: &AgentName, needed: &[&str]) -> Result<Machine<'static>> {
    machine_with(place, name, needed, &[])
}

/// The machine of an agent, entered with private keys of one's own choice.
fn machine_with(
    place: &Place,
    name: &AgentName,
    needed: &[&str],
    identities: &[PathBuf],
) -> Result<Machine<'static>> {
    let programs: &'static dyn Programs = &Installed;
    preflight::host(programs, needed)?;
    Machine::of(Session::read(place)?.tree(), name, identities, programs)
}
