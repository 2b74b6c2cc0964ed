//! `vm ssh`: into a machine.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use generator::name::AgentName;

use super::{expect_running, machine_with};
use crate::{
    Place,
    identities::{self, IdentityArgs},
    machine::known_hosts,
    report::Hint,
};

/// Log in to a machine by SSH, or run a command in it
///
/// SSH believes the host key that `deploy` has pinned, and no other. The exit status is that of the command. Words
/// after -- are given to the machine's shell, as `ssh` does it: quote what that shell must not read.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm ssh drago                             a shell as the agent
  vm ssh drago --admin                     a shell as the admin user, who has sudo without a password
  vm ssh drago -- himalaya envelope list
  vm ssh drago --admin -t -- sudo agent-tailnet-up
  tar -c work | vm ssh drago -- tar -x")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    /// As the admin user
    #[arg(long)]
    admin: bool,

    /// Give the command a terminal
    #[arg(long, short = 't')]
    tty: bool,

    #[command(flatten)]
    identities: IdentityArgs,

    /// A command, in the place of a shell
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let identities = identities::for_ssh(&args.identities);
    let machine = machine_with(place, &args.name, &["virsh", "ssh"], &identities)?;
    expect_running(&machine)?;
    if known_hosts::pinned(&machine.files, &machine.domain)?.is_none() {
        return Err(anyhow!("no host key is pinned for {}, so SSH would believe anybody", machine.domain))
            .context(Hint(format!("`deploy {}` learns it from the machine itself", machine.name)));
    }
    let user = if args.admin { &machine.admin } else { machine.name.as_str() };
    Err(machine.ssh().session(user, args.tty, &args.command).become_it().into())
}
