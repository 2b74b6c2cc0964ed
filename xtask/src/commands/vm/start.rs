//! `vm start` and `vm resume`.

use std::{process::ExitCode, thread, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use generator::name::AgentName;

use super::machine;
use crate::{
    Place,
    deploy::{preflight, start},
    machine::Machine,
    report::{self, Hint},
    tools::virsh::State,
};

/// Start a machine that is off
///
/// One that runs already is left alone. Its ports must be free. The command doesn't wait until the machine answers,
/// unless by --wait.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    #[command(flatten)]
    waiting: Waiting,
}

/// Whether the machine is waited for. (`--wait` of all commands is about the tree.)
#[derive(Debug, clap::Args)]
pub(super) struct Waiting {
    /// Wait until it answers by its guest agent and SSH
    #[arg(long)]
    until_up: bool,

    /// How long it may take to answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    boot_limit: u64,
}

/// Let a machine that is paused go on
///
/// libvirt pauses a machine whose disk can't be written, because the host's own disk is full. Nothing is lost: free some
/// space first.
#[derive(Debug, clap::Args)]
pub(crate) struct ResumeArgs {
    /// The agent's name
    name: AgentName,
}

/// How long a machine that goes on is watched: one whose disk is still full is paused again at once.
const RELAPSE: Duration = Duration::from_secs(1);

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    let _held = machine.hold()?;
    if start(&machine)? {
        report::note(&format!("{} is started", machine.domain));
    } else {
        report::note(&format!("{} runs already", machine.domain));
    }
    args.waiting.wait(&machine)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_resume(place: &Place, args: &ResumeArgs) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    let _held = machine.hold()?;
    match machine.expect_state()? {
        State::Running => report::note(&format!("{} runs already", machine.domain)),
        State::Paused(_) => {
            machine.virsh().resume(&machine.domain)?;
            thread::sleep(RELAPSE);
            if let State::Paused(why) = machine.expect_state()? {
                return Err(start::paused(&machine, &why));
            }
            report::note(&format!("{} goes on", machine.domain));
        }
        State::Off(_) => {
            return Err(anyhow!("{} is off, not paused", machine.domain))
                .context(Hint(format!("`vm start {}` starts it", machine.name)));
        }
        State::Other(state) => bail!("{} is not paused: {state}", machine.domain),
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts a machine, unless it runs already.
pub(super) fn start(machine: &Machine<'_>) -> Result<bool> {
    match machine.expect_state()? {
        State::Running => Ok(false),
        State::Paused(why) => Err(start::paused(machine, &why)),
        State::Other(state) => bail!("{} can't be started now: {state}", machine.domain),
        State::Off(_) => {
            preflight::ports(machine)?;
            start::start(machine)?;
            Ok(true)
        }
    }
}

impl Waiting {
    /// Waits until the machine answers, where that is asked for.
    pub(super) fn wait(&self, machine: &Machine<'_>) -> Result<()> {
        if !self.until_up {
            return Ok(());
        }
        let limit = Duration::from_secs(self.boot_limit);
        let open = start::wait(machine, limit).map_err(|error| machine.with_log(error))?;
        let by = if open.agent { "its guest agent and SSH" } else { "SSH alone: it has no guest agent" };
        report::note(&format!("{} answers by {by}", machine.domain));
        Ok(())
    }
}
