//! `vm destroy`: the end of a machine, though not of its agent.

use std::{fs, io, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, anyhow};
use generator::{agent::summary, error::Error, name::AgentName};

use crate::{
    Place,
    deploy::preflight,
    identities,
    machine::{self, Files, known_hosts},
    report::{self, Hint},
    session::Session,
    tools::{program::Installed, virsh::Virsh},
};

/// Destroy a machine: its domain, its disk with all snapshots, its log and the host key that is pinned for it
///
/// The agent stays, with all that the tree has of it: `deploy` makes the machine anew. What is only on its disk is lost.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm destroy vesta          asks first
  vm destroy vesta --yes    without a terminal")]
pub(crate) struct Args {
    /// The agent's name; it may be one that the tree has no more
    name: AgentName,

    /// Don't ask
    #[arg(long)]
    yes: bool,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    preflight::host(&Installed, &["virsh"])?;
    let session = Session::read(place)?;
    let (tree, name) = (session.tree(), &args.name);
    let (files, virsh, domain) = (Files::of(tree.settings())?, Virsh::new(&Installed), name.host());
    let _held = machine::hold(&domain)?;
    let defined = machine::defined(virsh, name)?.is_some();
    let there: Vec<_> = own_files(&files, name).into_iter().filter(|file| file.exists()).collect();
    let pinned = known_hosts::pinned(&files, &domain)?.is_some();
    if !defined && there.is_empty() && !pinned {
        report::note(&format!("{domain} is not there: nothing is left to destroy"));
        return Ok(ExitCode::SUCCESS);
    }
    let state = virsh.state(&domain)?.map(|state| format!("the domain {domain}, which is {state}"));
    let mut parts: Vec<_> = state.into_iter().collect();
    parts.extend(there.iter().map(|file| file.display().to_string()));
    parts.extend(pinned.then(|| "the host key that is pinned for it".to_owned()));
    report::note(&format!("These are destroyed:\n  {}", parts.join("\n  ")));
    if !args.yes && !identities::confirm(&format!("Destroy {domain}?"))? {
        return Err(anyhow!("{domain} is left as it is"))
            .context(Hint("--yes destroys it without a question".into()));
    }
    // The domain goes first: while it is there, a disk that is gone would be missed. What a killed run left is
    // found by the next one, piece by piece.
    if defined {
        virsh.power_off(&domain)?;
        virsh.undefine(&domain)?;
    }
    for file in &there {
        remove(file)?;
    }
    known_hosts::forget(&files, &domain)?;
    report::note(&format!("{domain} is destroyed"));
    if tree.expect_agent(name).is_err() {
        return Ok(ExitCode::SUCCESS);
    }
    report::note(&format!(
        "What stays: {name} in the tree, with its secrets and its host key there; its mailbox; its node in the \
         tailnet, which is to be removed there. `deploy {name}` makes the machine anew."
    ));
    let born = tree.has(&tree.settings().paths.host_key_secret(name));
    if !born && summary::host_key(tree, name)?.is_some() {
        report::note(&format!(
            "A new machine makes itself another host key: `deploy {name} --replace-host-key`."
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// The files that are one machine's alone, its disk first; a deployment that was killed may have left half a disk.
fn own_files(files: &Files, name: &AgentName) -> [PathBuf; 3] {
    let disk = files.disk(name);
    [disk.clone(), disk.with_extension("qcow2.new"), files.log(name)]
}

fn remove(file: &PathBuf) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", file)(error).into()),
        _ => Ok(()),
    }
}
