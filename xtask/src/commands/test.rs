//! `test`: every suite of this repository.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::{
    Place, report,
    session::root,
    tools::cargo::{self, Suite},
};

/// Run every test suite of this repository: style, lints, tests, and the tree itself
///
/// A suite whose tool is missing says so and names the command that installs it; with CI=true that is a failure.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run only the suites named here: format, tree, lint, nix, test, fuzz, vm
    suites: Vec<Suite>,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let root = root(place)?;
    if !root.join("Cargo.toml").is_file() {
        bail!("{} has no Cargo.toml: `test` is for the repository of the tool itself", root.display());
    }
    let suites = if args.suites.is_empty() { Suite::ALL.to_vec() } else { args.suites.clone() };
    let strict = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let mut failed = Vec::new();
    for suite in suites {
        report::note(&format!("== {suite}"));
        match cargo::missing(suite) {
            Some(install) if strict => {
                report::warning(&format!("{suite} needs a tool that is missing: {install}"));
                failed.push(suite);
            }
            Some(install) => report::warning(&format!("{suite} is skipped, its tool is missing: {install}")),
            None if cargo::passes(suite, &root).context("a suite can't be run")? => {}
            None => failed.push(suite),
        }
    }
    if failed.is_empty() {
        report::note("every suite passed");
        return Ok(ExitCode::SUCCESS);
    }
    let failed: Vec<_> = failed.iter().map(ToString::to_string).collect();
    bail!("these suites failed: {}", failed.join(", "))
}
