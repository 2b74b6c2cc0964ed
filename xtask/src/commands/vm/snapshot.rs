//! `vm snapshot` and `vm revert`: a machine as it once was, kept in its disk.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use generator::name::AgentName;

use super::machine;
use crate::{
    Place,
    deploy::preflight,
    identities,
    machine::Machine,
    report::{self, Hint},
    tools::virsh::Snapshot,
};

/// Keep a machine as it is now: its disk, and its memory where it runs
///
/// Snapshots are kept in the machine's disk, which grows by what changes since, and go with it. While its memory is
/// written, the machine stands still.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm snapshot drago before-upgrade
  vm snapshot drago                            called snapshot-1, snapshot-2, …
  vm snapshots drago                           lists them
  vm snapshot drago before-upgrade --delete")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    /// What it is called: letters, digits, `.`, `_` and `-` [default: snapshot- and the next number]
    #[arg(value_parser = label)]
    label: Option<String>,

    /// Delete the snapshot of that name
    #[arg(long, requires = "label")]
    delete: bool,

    /// Don't ask
    #[arg(long, requires = "delete")]
    yes: bool,
}

/// List the snapshots of a machine, the oldest first
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// The agent's name
    name: AgentName,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Bring a machine back to a snapshot, and lose what came since
///
/// Disk, memory and domain are those of then: a machine that ran then runs afterwards. If `agent.vm` has changed since,
/// `deploy` brings the domain up to date again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm revert drago                   to the last one
  vm revert drago before-upgrade
  vm revert drago --yes             without a question, and without a terminal")]
pub(crate) struct RevertArgs {
    /// The agent's name
    name: AgentName,

    /// The snapshot [default: the one that was made or brought back last]
    #[arg(value_parser = label)]
    label: Option<String>,

    /// Don't ask
    #[arg(long)]
    yes: bool,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    machine.expect_state()?;
    let _held = machine.hold()?;
    let snapshots = machine.virsh().snapshots(&machine.domain)?;
    if let (true, Some(label)) = (args.delete, &args.label) {
        let snapshot = find(&machine, &snapshots, label)?;
        agree(&machine, args.yes, &format!("Delete {label}, which is of {}?", snapshot.made))?;
        machine.virsh().delete_snapshot(&machine.domain, label)?;
        report::note(&format!("{label} is deleted: the machine itself is as it was"));
    } else {
        let label = args.label.clone().unwrap_or_else(|| next(&snapshots));
        if snapshots.iter().any(|it| it.name == label) {
            let name = &machine.name;
            return Err(anyhow!("{} has a snapshot {label} already", machine.domain))
                .context(Hint(format!("take another name, or `vm snapshot {name} {label} --delete` first")));
        }
        machine.virsh().make_snapshot(&machine.domain, &label)?;
        report::note(&format!("{label} is made: `vm revert {} {label}` brings it back", machine.name));
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_list(place: &Place, args: &ListArgs) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    machine.expect_state()?;
    let snapshots = machine.virsh().snapshots(&machine.domain)?;
    if args.json { report::json(&snapshots) } else { report::data(&table(&snapshots)) }?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_revert(place: &Place, args: &RevertArgs) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    machine.expect_state()?;
    let _held = machine.hold()?;
    let snapshots = machine.virsh().snapshots(&machine.domain)?;
    let label = match &args.label {
        Some(label) => label.clone(),
        None if snapshots.is_empty() => bail!("{} has no snapshot", machine.domain),
        None => machine.virsh().current_snapshot(&machine.domain)?,
    };
    let snapshot = find(&machine, &snapshots, &label)?;
    if snapshot.state == "running" {
        preflight::ports(&machine)?;
    }
    let question = format!(
        "What {} did since {label} ({}) is lost, on its disk, too. Bring {label} back?",
        machine.domain, snapshot.made
    );
    agree(&machine, args.yes, &question)?;
    machine.virsh().revert(&machine.domain, &label)?;
    let state = machine.expect_state()?;
    report::note(&format!("{} is as it was at {label}: {state}", machine.domain));
    Ok(ExitCode::SUCCESS)
}

/// A name that no program takes for something else.
fn label(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(plain) && text.len() <= 64 {
        return Ok(text.to_owned());
    }
    Err("a snapshot's name has letters, digits, `.`, `_` and `-`, begins with a letter or digit, and has at most \
         64 of them"
        .into())
}

/// The lowest `snapshot-N` that is free.
fn next(snapshots: &[Snapshot]) -> String {
    let mut names = (1..).map(|number: u32| format!("snapshot-{number}"));
    let free = names.find(|name| !snapshots.iter().any(|it| it.name == *name));
    free.unwrap_or_else(|| "snapshot".into())
}

fn find<'a>(machine: &Machine<'_>, snapshots: &'a [Snapshot], label: &str) -> Result<&'a Snapshot> {
    let found = snapshots.iter().find(|it| it.name == label);
    found
        .with_context(|| format!("{} has no snapshot {label}", machine.domain))
        .map_err(|error| error.context(Hint(format!("`vm snapshots {}` lists them", machine.name))))
}

/// Asks before something is lost.
fn agree(machine: &Machine<'_>, yes: bool, question: &str) -> Result<()> {
    if yes || identities::confirm(question)? {
        return Ok(());
    }
    Err(anyhow!("{} is left as it is", machine.domain))
        .context(Hint("--yes does it without a question".into()))
}

fn table(snapshots: &[Snapshot]) -> String {
    let mut rows = vec![["SNAPSHOT", "MADE", "MACHINE"].map(str::to_owned).to_vec()];
    rows.extend(snapshots.iter().map(|it| vec![it.name.clone(), it.made.clone(), it.state.clone()]));
    report::table(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_for_nothing_else() {
        for good in ["one", "before-24.11", "A_1"] {
            assert_eq!(label(good).as_deref(), Ok(good));
        }
        for bad in ["", "-x", ".x", "a b", "a/b", "<a>", "é", &"x".repeat(65)] {
            assert!(label(bad).is_err(), "{bad}");
        }
    }
}
