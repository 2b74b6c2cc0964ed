//! `doctor`: what this machine lacks, for which command, and how to get it.

mod host;
mod programs;

use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

use crate::{Place, report, tools::program::Installed};

/// Say what this machine lacks, for which command, and how to get it
///
/// The exit code is 1 when something is missing without which a command can't work; what is only worse without it is a
/// warning. Nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  doctor
  doctor --json | jq -r '.[] | select(.state == \"missing\").mend'")]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Whether something is as commands need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Fine,
    /// Commands work, worse.
    Warning,
    /// A command can't work.
    Missing,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Check {
    what: String,
    state: State,
    /// The commands that need it.
    needed_for: String,
    found: String,
    /// How to get it, where it is not fine.
    mend: Option<String>,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let host = host::Host::look(place, &Installed);
    let checks = host.checks();
    if args.json {
        report::json(&checks)?;
    } else {
        let mut rows = vec![["WHAT", "STATE", "NEEDED FOR", "FOUND"].map(str::to_owned).to_vec()];
        rows.extend(checks.iter().map(row));
        report::data(&report::table(&rows))?;
    }
    let of = |state| checks.iter().filter(move |check| check.state == state);
    for check in of(State::Warning) {
        report::warning(&advice(check));
    }
    for check in of(State::Missing) {
        report::note(&format!("missing: {}", advice(check)));
    }
    Ok(if of(State::Missing).next().is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Check {
    fn fine(what: &str, needed_for: &str, found: impl Into<String>) -> Self {
        Self::new(what, State::Fine, needed_for, found.into(), None)
    }

    fn warning(what: &str, needed_for: &str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(what, State::Warning, needed_for, found.into(), Some(mend.into()))
    }

    fn missing(what: &str, needed_for: &str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(what, State::Missing, needed_for, found.into(), Some(mend.into()))
    }

    fn new(what: &str, state: State, needed_for: &str, found: String, mend: Option<String>) -> Self {
        Self { what: what.to_owned(), state, needed_for: needed_for.to_owned(), found, mend }
    }
}

fn row(check: &Check) -> Vec<String> {
    let state = match check.state {
        State::Fine => "fine",
        State::Warning => "warning",
        State::Missing => "MISSING",
    };
    vec![check.what.clone(), state.to_owned(), check.needed_for.clone(), check.found.clone()]
}

fn advice(check: &Check) -> String {
    format!("{}: {}", check.what, check.mend.as_deref().unwrap_or_default())
}
