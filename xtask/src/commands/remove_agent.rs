//! `remove-agent`: the inverse of `new-agent`.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use generator::{
    agent::remove::{self, Outcome},
    name::AgentName,
    path::TreePath,
};
use serde::Serialize;

use crate::{
    Place, machine,
    report::{self, Hint},
    session::Session,
    tools::program::Installed,
};

/// Remove an agent: everything that `new-agent` added, to the byte
///
/// What it could read, and what it was known by elsewhere, is listed: rotate that. Files that were edited by
/// hand, or that `new-agent` did not make, are listed too, and go only with --force. So it is with an agent whose
/// machine is defined in libvirt here, which is destroyed by `vm destroy`, before or afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  remove-agent vesta --dry-run    show the diff, and what is to be rotated
  remove-agent vesta
  remove-agent vesta --force      also what was written by hand")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    /// Show the diff and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the plan as JSON
    #[arg(long)]
    json: bool,

    /// Remove also what was written by hand, and an agent that has a machine
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    name: &'a AgentName,
    applied: bool,
    changes: Vec<report::Change>,
    by_hand: &'a [String],
    rotate: &'a [String],
    vm_state: Option<String>,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = if args.dry_run { Session::read(place) } else { Session::write(place) }?;
    let name = &args.name;
    let end = match remove::plan(session.tree(), name)? {
        Outcome::Planned(end) => end,
        Outcome::NotThere => return not_there(&session, args),
    };
    let states = machine::states(session.tree().settings(), &Installed).unwrap_or_default();
    let vm_state = states.get(&name.host()).map(ToString::to_string);
    let refused = (!end.by_hand.is_empty() || vm_state.is_some()) && !args.force;
    if !args.json {
        report::plan(&end.plan)?;
        end.by_hand.iter().for_each(|what| report::warning(what));
        if let Some(state) = &vm_state {
            let host = name.host();
            report::warning(&format!("{host} is a machine here, and {state}: `vm destroy {name}` ends it"));
        }
    }
    let applied = !refused && !args.dry_run;
    if applied {
        session.apply(&end.plan)?;
    }
    if args.json {
        let changes = report::changes(&end.plan);
        let (by_hand, rotate, vm_state) = (&end.by_hand, &end.rotate, vm_state.clone());
        report::json(&Json { name, applied, changes, by_hand, rotate, vm_state })?;
    }
    if refused && end.by_hand.is_empty() {
        return Err(anyhow!("{name} has a machine; nothing was removed"))
            .context(Hint(format!("`vm destroy {name}` first, or add --force")));
    }
    if refused {
        return Err(anyhow!("{name} has what was written by hand; nothing was removed"))
            .context(Hint("save what is listed above, then add --force".into()));
    }
    if !args.json {
        report::note(&if applied {
            format!("\n{name} is removed")
        } else {
            "nothing was written (--dry-run)".into()
        });
        report::note("To rotate, since the agent could read it or was known by it:");
        end.rotate.iter().for_each(|what| report::note(&format!("  {what}")));
    }
    Ok(ExitCode::SUCCESS)
}

fn not_there(session: &Session, args: &Args) -> Result<ExitCode> {
    let paths = &session.tree().settings().paths;
    let name = &args.name;
    if !args.dry_run {
        let files = paths.own_files(name);
        session.index(&[], &files.each_ref().map(TreePath::as_str))?;
    }
    if args.json {
        report::json(&Json {
            name,
            applied: false,
            changes: Vec::new(),
            by_hand: &[],
            rotate: &[],
            vm_state: None,
        })?;
    }
    let agents: Vec<_> = session.tree().agents()?.iter().map(ToString::to_string).collect();
    let agents = if agents.is_empty() { "none".to_owned() } else { agents.join(", ") };
    report::note(&format!("{name} is not there: nothing changed (the agents are: {agents})"));
    Ok(ExitCode::SUCCESS)
}
