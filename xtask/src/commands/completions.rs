//! `completions`: for the package, and for whoever has no package.

use std::process::ExitCode;

use anyhow::Result;
use clap_complete::Shell;

use crate::report;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  completions bash > ~/.local/share/bash-completion/completions/agent-tool
  completions fish > ~/.config/fish/completions/agent-tool.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(command: &mut clap::Command, args: &Args) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, super::PROGRAM, &mut script);
    report::data(&String::from_utf8(script)?)?;
    Ok(ExitCode::SUCCESS)
}
