//! `rekey`: the sealed files in line with the rules.

use std::process::ExitCode;

use anyhow::Result;
use generator::{
    path::TreePath,
    secrets::rekey::{self, Reason, Rekey, Request, Survey},
};
use serde::Serialize;

use crate::{
    Place, report,
    sealing::{self, SealArgs},
    session::Session,
};

/// Seal secrets anew to whom secrets.nix names: those that need it, and no others
///
/// Everything is opened, sealed and opened again in memory first. One secret that can't be stops all of them,
/// and nothing is written. A passphrase is asked for once, on a terminal, when a file needs that key.
///
/// A file is left alone when two agree that it is sealed to whom its rule names: its line in
/// secrets/.recipients, and its header. --check looks at no more than these, and needs no key. A header names
/// SSH keys by 32 bits and age keys not at all, and whoever can commit can write a line: so "in order" says
/// that nobody forgot to rekey, not that nobody cheated. `rekey --all` makes sure.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rekey                                  after secrets.nix was edited, or a secret was, by agenix
  rekey --dry-run                        show which files would change
  rekey --check                          for CI: exit 1 when a file is stale; needs no key
  rekey stalwart-mail-drago-password     this secret alone
  rekey --all --identity ~/old/id_rsa    every secret, with a key that is not in ~/.ssh
  rekey --keep-going                     what can be, and name each that can't")]
pub(crate) struct Args {
    /// The secrets: paths from the root, or their files' names with or without `.age` [default: all]
    #[arg(value_name = "SECRET")]
    secrets: Vec<String>,

    /// Seal also what is in order
    #[arg(long)]
    all: bool,

    /// Only say which secrets are stale; needs no key, writes nothing
    #[arg(long, conflicts_with_all = ["all", "dry_run", "keep_going", "force"])]
    check: bool,

    /// Seal what can be sealed, name each secret that can't, and exit with 1
    #[arg(long)]
    keep_going: bool,

    #[command(flatten)]
    seal: SealArgs,
}

#[derive(Serialize)]
struct Json<'a> {
    applied: bool,
    sealed: Vec<Secret<'a>>,
    in_order: usize,
    failures: Vec<String>,
    changes: Vec<report::Change>,
}

#[derive(Serialize)]
struct Check<'a> {
    stale: Vec<Secret<'a>>,
    in_order: usize,
    failures: Vec<String>,
}

#[derive(Serialize)]
struct Secret<'a> {
    path: &'a TreePath,
    reason: Reason,
}

pub(crate) fn run(place: &Place, args: Args) -> Result<ExitCode> {
    let request = Request { secrets: args.secrets, all: args.all };
    if args.check {
        let session = Session::read(place)?;
        let (_, survey) = rekey::look(session.tree(), &request)?;
        return check(&survey, args.seal.json);
    }
    let session = args.seal.session(place)?;
    let rekey = args
        .seal
        .plan(args.keep_going, |keys| rekey::plan(session.tree(), &request, keys))
        .map_err(sealing::or_else("go on without it by `--keep-going`"))?;
    let nothing = rekey.plan.is_empty();
    let applied = if nothing { false } else { args.seal.land(&session, &rekey.plan)? };
    if args.seal.json {
        print_json(&rekey, applied)?;
    } else if nothing && rekey.failures.is_empty() {
        report::note(&format!("nothing to do: {}", in_order(rekey.in_order)));
    } else if applied {
        report::note(&format!("\n{} sealed anew, {}", count(rekey.sealed.len()), in_order(rekey.in_order)));
    }
    for failure in &rekey.failures {
        report::warning(&format!("not sealed anew: {failure}"));
    }
    Ok(if rekey.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(survey: &Survey, json: bool) -> Result<ExitCode> {
    if json {
        let stale = survey.stale.iter().map(|(path, _, reason)| Secret { path, reason: *reason });
        let failures = survey.broken.iter().map(ToString::to_string).collect();
        report::json(&Check { stale: stale.collect(), in_order: survey.in_order, failures })?;
    } else {
        let stale = survey.stale.iter().map(|(path, _, reason)| format!("{path}: {reason}\n"));
        let broken = survey.broken.iter().map(|error| format!("{error}\n"));
        report::data(&stale.chain(broken).collect::<String>())?;
    }
    let wrong = survey.stale.len() + survey.broken.len();
    if wrong == 0 {
        report::note(&in_order(survey.in_order));
        return Ok(ExitCode::SUCCESS);
    }
    report::note(&format!("{} stale, {}: run `rekey`", count(wrong), in_order(survey.in_order)));
    Ok(ExitCode::FAILURE)
}

fn print_json(rekey: &Rekey, applied: bool) -> Result<()> {
    report::json(&Json {
        applied,
        sealed: rekey.sealed.iter().map(|(path, reason)| Secret { path, reason: *reason }).collect(),
        in_order: rekey.in_order,
        failures: rekey.failures.iter().map(ToString::to_string).collect(),
        changes: report::changes(&rekey.plan),
    })
}

fn count(count: usize) -> String {
    if count == 1 { "1 secret".into() } else { format!("{count} secrets") }
}

fn in_order(in_order: usize) -> String {
    format!("{in_order} in order")
}
