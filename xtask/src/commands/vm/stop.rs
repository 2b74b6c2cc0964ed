//! `vm stop` and `vm restart`.

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use generator::name::AgentName;

use super::{
    machine,
    start::{Waiting, start},
};
use crate::{
    Place,
    deploy::start::paused,
    machine::Machine,
    report::{self, Hint},
    tools::virsh::State,
};

/// Power a machine off, and wait until it is
///
/// The guest is asked, by its guest agent or as by the power button, and has the time that --limit gives. Disk,
/// domain and host key stay.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm stop drago
  vm stop drago --force    pulls the plug: what the guest has not written yet is lost")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    #[command(flatten)]
    how: How,
}

/// Power a machine off and start it again
///
/// What `deploy` changed of its domain (ports, memory, processors) takes effect. A machine that is off is started.
#[derive(Debug, clap::Args)]
pub(crate) struct RestartArgs {
    /// The agent's name
    name: AgentName,

    #[command(flatten)]
    how: How,

    #[command(flatten)]
    waiting: Waiting,
}

#[derive(Debug, clap::Args)]
struct How {
    /// Pull the plug instead of asking the guest
    #[arg(long)]
    force: bool,

    /// How long the guest may take to power off, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    limit: u64,
}

/// How often the state is looked at.
const PAUSE: Duration = Duration::from_millis(300);

/// How often the guest is asked: one that is still booting does not hear the power button.
const AGAIN: Duration = Duration::from_secs(15);

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    let _held = machine.hold()?;
    if args.how.stop(&machine)? {
        report::note(&format!("{} is off", machine.domain));
    } else {
        report::note(&format!("{} is off already", machine.domain));
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_restart(place: &Place, args: &RestartArgs) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    let _held = machine.hold()?;
    if args.how.stop(&machine)? {
        report::note(&format!("{} is off", machine.domain));
    }
    start(&machine)?;
    report::note(&format!("{} is started", machine.domain));
    args.waiting.wait(&machine)?;
    Ok(ExitCode::SUCCESS)
}

impl How {
    /// Powers a machine off, unless it is off already.
    fn stop(&self, machine: &Machine<'_>) -> Result<bool> {
        match machine.expect_state()? {
            State::Off(_) => return Ok(false),
            _ if self.force => {
                machine.virsh().power_off(&machine.domain)?;
                return Ok(true);
            }
            State::Paused(why) => return Err(paused(machine, &why)),
            State::Running | State::Other(_) => {}
        }
        let (begin, mut asked) = (Instant::now(), None);
        while begin.elapsed() < Duration::from_secs(self.limit) {
            if asked.is_none_or(|asked: Instant| asked.elapsed() >= AGAIN) {
                machine.virsh().shutdown(&machine.domain).or_else(|error| match machine.state() {
                    // It went off in between.
                    Ok(Some(State::Off(_))) => Ok(()),
                    _ => Err(error),
                })?;
                asked = Some(Instant::now());
            }
            if matches!(machine.expect_state()?, State::Off(_)) {
                return Ok(true);
            }
            thread::sleep(PAUSE);
        }
        Err(anyhow!("{} was asked to power off, and still runs after {} seconds", machine.domain, self.limit))
            .context(Hint(format!(
                "give it more time by --limit, or pull the plug: `vm stop {} --force`",
                machine.name
            )))
    }
}
