//! `man`: the manual pages, for the package.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap_mangen::Man;

use crate::report;

/// Print the manual page, or write one for each command into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  man | man -l -
  man ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// The folder: agent-tool.1, agent-tool-new-agent.1, … are written there
    folder: Option<PathBuf>,
}

pub(crate) fn run(command: clap::Command, args: &Args) -> Result<ExitCode> {
    let command = command.name(super::PROGRAM);
    let Some(folder) = &args.folder else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        report::data(&String::from_utf8(page)?)?;
        return Ok(ExitCode::SUCCESS);
    };
    let failed = || format!("can't write manual pages into {}", folder.display());
    fs::create_dir_all(folder).with_context(failed)?;
    clap_mangen::generate_to(command, folder).with_context(failed)?;
    Ok(ExitCode::SUCCESS)
}
