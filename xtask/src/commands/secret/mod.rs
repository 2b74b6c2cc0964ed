//! `secret`: the secrets of the tree, one file a command.

mod edit;
mod list;
mod new;
mod remove;
mod show;
mod who;

use std::{io::IsTerminal, process::ExitCode};

use anyhow::{Result, bail};
use clap::Subcommand;
use zeroize::Zeroizing;

use crate::{Place, scratch};

/// Make, edit, show and remove secrets, and tell who can read what
///
/// They are agenix's: sealed by age to the public keys that secrets.nix names. Neither agenix, nor age, nor Nix is
/// needed. A secret is named by its path or by its file name: wifi, wifi.age, secrets/wifi.age.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  secret new wifi --reader vesta    a random one, for the operators and vesta's machine
  secret show wifi
  secret edit wifi
  secret who vesta                  what vesta's machine can read"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Who(who::Args),
    Show(show::Args),
    New(new::Args),
    Edit(edit::Args),
    Remove(remove::Args),
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => list::run(place, args),
        Command::Who(args) => who::run(place, args),
        Command::Show(args) => show::run(place, args),
        Command::New(args) => new::run(place, args),
        Command::Edit(args) => edit::run(place, args),
        Command::Remove(args) => remove::run(place, args),
    }
}

/// A value from standard input, to the byte.
fn from_stdin() -> Result<Zeroizing<Vec<u8>>> {
    let stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        bail!("--stdin reads a pipe or a file, and standard input is a terminal");
    }
    scratch::read(stdin)
}
