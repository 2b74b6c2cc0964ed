//! `secret`: the secrets of the tree, one file a command.

mod edit;
mod list;
mod new;
mod remove;
mod show;
mod who;

use std::{
    env,
    io::IsTerminal,
    path::{Component, PathBuf},
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::Subcommand;
use generator::tree::Tree;
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

/// The name of a secret as the tree has it, where it was given as a path from the current folder: `../secrets/x.age`,
/// as a shell completes it.
fn from_here(tree: &Tree, name: &str) -> String {
    let below = || {
        let mut path = PathBuf::new();
        for part in env::current_dir().ok()?.join(name).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => drop(path.pop()),
                part => path.push(part),
            }
        }
        let below = path.strip_prefix(tree.root().join(tree.settings().paths.secrets.as_str())).ok()?;
        Some(format!("{}/{}", tree.settings().paths.secrets, below.to_str()?))
    };
    let is_path = name.starts_with(['.', '/']);
    is_path.then(below).flatten().unwrap_or_else(|| name.to_owned())
}
