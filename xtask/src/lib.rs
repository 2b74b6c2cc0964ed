//! The commands of `cargo xtask` and `agent-tool`: one binary under two names.
//!
//! The library `generator` knows what the tree is and what a command would change; here the words are parsed,
//! programs run, and people told.
#![forbid(unsafe_code)]

mod commands;
mod deploy;
mod hidden;
mod identities;
mod machine;
mod progress;
mod public_key;
mod report;
mod scratch;
mod sealing;
mod session;
mod tools;

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory, Parser, Subcommand};

use commands::{
    bench, build, check, completions, doctor, fuzz, init, list, man, new_agent, operator, plan, prune, rekey,
    remove_agent, rotate, secret, show, test, trust, vm,
};

/// A command on a large tree makes and drops small nodes of syntax by the million. On one of 1,000 agents `new-agent`
/// takes 0.7 of the time that it takes with glibc's allocator, and `check` 0.76.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Maintains a flake of autonomous agents, each in a virtual machine of its own.
///
/// Every command that changes the tree shows the change as a diff, and lands whole or not at all.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Which tree is meant.
#[derive(Debug, Clone, clap::Args)]
struct Place {
    /// The tree: a folder in it [default: the flake around the current folder]
    #[arg(short = 'C', long = "root", value_name = "DIR", global = true)]
    root: Option<PathBuf>,

    /// Wait while another command changes the tree
    #[arg(long, global = true)]
    wait: bool,
}

impl Place {
    /// The same tree, for whose lock is waited.
    fn waiting(&self) -> Self {
        Self { wait: true, ..self.clone() }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    NewAgent(new_agent::Args),
    RemoveAgent(remove_agent::Args),
    Init(init::Args),
    List(list::Args),
    Show(show::Args),
    Check(check::Args),
    Secret(secret::Args),
    Rekey(rekey::Args),
    Trust(trust::TrustArgs),
    Untrust(trust::UntrustArgs),
    Operator(operator::Args),
    Rotate(rotate::Args),
    Build(build::Args),
    Deploy(commands::deploy::Args),
    Vm(vm::Args),
    Prune(prune::Args),
    Doctor(doctor::Args),
    Test(test::Args),
    Bench(bench::Args),
    Fuzz(fuzz::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(hide = true)]
    Plan(plan::Args),
}

/// Runs the command that the arguments name. The exit code is 0 when it is done, 1 when it failed or has
/// findings, 2 when the arguments are wrong.
#[must_use]
pub fn main() -> ExitCode {
    let Cli { place, command } = Cli::parse();
    let outcome = match command {
        Command::NewAgent(args) => new_agent::run(&place, args),
        Command::RemoveAgent(args) => remove_agent::run(&place, &args),
        Command::Init(args) => init::run(&place, args),
        Command::List(args) => list::run(&place, &args),
        Command::Show(args) => show::run(&place, &args),
        Command::Check(args) => check::run(&place, &args),
        Command::Secret(args) => secret::run(&place, &args),
        Command::Rekey(args) => rekey::run(&place, args),
        Command::Trust(args) => trust::run_trust(&place, args),
        Command::Untrust(args) => trust::run_untrust(&place, args),
        Command::Operator(args) => operator::run(&place, args),
        Command::Rotate(args) => rotate::run(&place, &args),
        Command::Build(args) => build::run(&place, &args),
        Command::Deploy(args) => commands::deploy::run(&place, args),
        Command::Vm(args) => vm::run(&place, &args),
        Command::Prune(args) => prune::run(&place, &args),
        Command::Doctor(args) => doctor::run(&place, &args),
        Command::Test(args) => test::run(&place, &args),
        Command::Bench(args) => bench::run(&place, &args),
        Command::Fuzz(args) => fuzz::run(&place, &args),
        Command::Completions(args) => completions::run(&mut Cli::command(), &args),
        Command::Plan(args) => plan::run(&place, args),
        Command::Man(args) => man::run(Cli::command(), &args),
    };
    outcome.unwrap_or_else(|error| {
        report::error(&error);
        if error.is::<report::Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}
