//! `bench`: whole commands on trees of many agents.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::{Place, session::root, tools::cargo};

/// Measure whole commands on trees of 2 to 5,000 agents, each beside its floor, and print one table
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only trees of so many agents
    sizes: Vec<usize>,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let root = root(place)?;
    if !root.join("Cargo.toml").is_file() {
        bail!("{} has no Cargo.toml: `bench` is for the repository of the tool itself", root.display());
    }
    cargo::bench(&root, &args.sizes.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    Ok(ExitCode::SUCCESS)
}
