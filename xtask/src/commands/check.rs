//! `check`: the rules that a tree must obey.

use std::process::ExitCode;

use anyhow::Result;
use generator::check::{self, Finding, Severity};
use serde::Serialize;

use crate::{Place, report, session::Session};

/// Check the tree: every agent has all its parts, ports and names agree, every secret has its rule
///
/// Each finding says where it is and how to mend it. No key and no network are needed. The exit code is 1 when
/// there is an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  check
  check --strict         warnings are errors
  check --json | jq -r '.[] | select(.severity == \"error\").message'")]
pub(crate) struct Args {
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    severity: Severity,
    path: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    mend: &'a str,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let findings = check::check(session.tree())?;
    if args.json {
        report::json(&findings.iter().map(json).collect::<Vec<_>>())?;
    } else {
        report::data(&findings.iter().map(text).collect::<String>())?;
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    report::note(&format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")));
    let failed = errors > 0 || (args.strict && warnings > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn text(finding: &Finding) -> String {
    let Finding { severity, at, message, mend } = finding;
    format!("{at}: {severity}: {message}\n  mend: {mend}\n")
}

fn json(finding: &Finding) -> Json<'_> {
    Json {
        severity: finding.severity,
        path: finding.at.path.as_str(),
        line: finding.at.position.map(|position| position.line),
        column: finding.at.position.map(|position| position.column),
        message: &finding.message,
        mend: &finding.mend,
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
