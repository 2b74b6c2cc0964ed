//! `secret remove`: the end of a secret.

use std::process::ExitCode;

use anyhow::Result;
use generator::secrets::remove;

use crate::{Place, report, session::Session};

/// Remove a secret: its file, its rule, and its line of the manifest
///
/// Refused as long as the configuration of a host names it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  secret remove wifi --dry-run
  secret remove wifi")]
pub(super) struct Args {
    /// The secret: its path or its file name
    name: String,

    /// Show the diff and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = if args.dry_run { Session::read(place) } else { Session::write(place) }?;
    let removed = remove::plan(session.tree(), &super::from_here(session.tree(), &args.name))?;
    report::plan(&removed.plan)?;
    if args.dry_run {
        report::note("nothing was written (--dry-run)");
        return Ok(ExitCode::SUCCESS);
    }
    session.apply(&removed.plan)?;
    let (path, readers) = (&removed.path, removed.readers.join(", "));
    report::note(&format!("\n{path} is removed"));
    report::note(&format!(
        "To rotate: its value, wherever it is used; {readers} could read it, and git's history keeps the file"
    ));
    Ok(ExitCode::SUCCESS)
}
