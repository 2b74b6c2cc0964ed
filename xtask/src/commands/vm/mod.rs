//! `vm`: the days of one machine, one file a command.

mod console;
mod destroy;
mod log;
mod screenshot;
mod snapshot;
mod ssh;
mod start;
mod status;
mod stop;
mod view;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use generator::name::AgentName;

use crate::{
    Place,
    deploy::{preflight, start::paused},
    machine::Machine,
    report::Hint,
    session::Session,
    tools::{
        program::{Installed, Programs},
        virsh::State,
    },
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
    View(view::Args),
    Console(console::Args),
    Log(log::Args),
    Status(status::Args),
    Screenshot(screenshot::Args),
    Snapshot(snapshot::Args),
    Snapshots(snapshot::ListArgs),
    Revert(snapshot::RevertArgs),
    Destroy(destroy::Args),
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Start(args) => start::run(place, args),
        Command::Stop(args) => stop::run(place, args),
        Command::Restart(args) => stop::run_restart(place, args),
        Command::Resume(args) => start::run_resume(place, args),
        Command::Ssh(args) => ssh::run(place, args),
        Command::View(args) => view::run(place, args),
        Command::Console(args) => console::run(place, args),
        Command::Log(args) => log::run(place, args),
        Command::Status(args) => status::run(place, args),
        Command::Screenshot(args) => screenshot::run(place, args),
        Command::Snapshot(args) => snapshot::run(place, args),
        Command::Snapshots(args) => snapshot::run_list(place, args),
        Command::Revert(args) => snapshot::run_revert(place, args),
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

/// The machine must run.
fn expect_running(machine: &Machine<'_>) -> Result<()> {
    match machine.expect_state()? {
        State::Running => Ok(()),
        State::Paused(why) => Err(paused(machine, &why)),
        state => Err(anyhow!("{} does not run: it is {state}", machine.domain))
            .context(Hint(format!("`vm start {}` starts it", machine.name))),
    }
}
