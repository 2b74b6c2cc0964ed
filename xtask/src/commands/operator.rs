//! `operator`: the people who open every secret.

use std::process::ExitCode;

use anyhow::{Result, bail};
use generator::{
    operator::{self, Operator, Staffing},
    path::TreePath,
};
use serde::Serialize;

use crate::{
    Place, public_key, report,
    sealing::{self, SealArgs},
    session::Session,
};

/// The operators: who opens every secret, and logs in everywhere
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  operator list
  operator add alice alice.pub                  an SSH key: she logs in with it, too
  operator add bob bob.pub age1…                two keys; the age key opens secrets, and logs in nowhere
  operator remove ncrmro --dry-run              which secrets would change, and what is to be rotated")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Add an operator: to secrets.nix, to modules/users/keys.nix, and every secret sealed to the keys
    Add(AddArgs),
    /// Remove an operator from all of that, and list what is to be rotated
    Remove(RemoveArgs),
    /// List the operators
    List(ListArgs),
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    /// The name in secrets.nix
    name: String,

    /// Public keys, files with them, or `-` for standard input
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,

    #[command(flatten)]
    seal: SealArgs,
}

#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// The name in secrets.nix
    name: String,

    #[command(flatten)]
    seal: SealArgs,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    name: &'a str,
    applied: bool,
    secrets: &'a [TreePath],
    rotate: &'a [TreePath],
    changes: Vec<report::Change>,
}

pub(crate) fn run(place: &Place, args: Args) -> Result<ExitCode> {
    match args.action {
        Action::Add(args) => add(place, &args),
        Action::Remove(args) => remove(place, &args),
        Action::List(args) => list(place, &args),
    }
}

fn add(place: &Place, args: &AddArgs) -> Result<ExitCode> {
    let AddArgs { name, keys: words, seal } = args;
    let mut keys = Vec::new();
    for word in words {
        keys.extend(public_key::read(word)?);
    }
    if keys.is_empty() {
        bail!("no key is given");
    }
    let session = seal.session(place)?;
    let planned = seal.plan(false, |at_hand| operator::add(session.tree(), name, &keys, at_hand))?;
    land(&session, name, seal, planned.as_ref(), &format!("{name} is an operator already, with these keys"))
}

fn remove(place: &Place, args: &RemoveArgs) -> Result<ExitCode> {
    let RemoveArgs { name, seal } = args;
    let session = seal.session(place)?;
    let planned = seal.plan(false, |at_hand| operator::remove(session.tree(), name, at_hand))?;
    land(&session, name, seal, planned.as_ref(), &format!("{name} is no operator"))
}

fn land(
    session: &Session,
    name: &str,
    seal: &SealArgs,
    planned: Option<&Staffing>,
    nothing: &str,
) -> Result<ExitCode> {
    let applied = match planned {
        Some(staffing) => seal.land(session, &staffing.plan)?,
        None => false,
    };
    if seal.json {
        let (secrets, rotate) =
            planned.map_or(([].as_slice(), [].as_slice()), |it| (&it.secrets, &it.could_read));
        let changes = planned.map(|it| report::changes(&it.plan)).unwrap_or_default();
        report::json(&Json { name, applied, secrets, rotate, changes })?;
    } else if let Some(staffing) = planned {
        if applied {
            let (count, images) = (staffing.secrets.len(), "build the base image and switch every machine");
            report::note(&format!(
                "\n{count} sealed anew; commit this, then {images}, for the keys that log in"
            ));
        }
        let why =
            format!("To rotate, since {name} could read it (`rotate SECRET`, for a host key `rotate NAME`):");
        sealing::to_rotate(&why, &staffing.could_read);
    }
    if planned.is_none() {
        report::note(&format!("{nothing}: nothing changed"));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(place: &Place, args: &ListArgs) -> Result<ExitCode> {
    let operators = operator::list(Session::read(place)?.tree())?;
    if args.json {
        report::json(&operators)?;
        return Ok(ExitCode::SUCCESS);
    }
    let header = ["OPERATOR", "ADMIN", "LOGS IN", "SECRETS", "KEYS"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(operators.iter().map(row));
    report::data(&report::table(&rows))?;
    Ok(ExitCode::SUCCESS)
}

fn row(operator: &Operator) -> Vec<String> {
    let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    vec![
        operator.name.clone(),
        word(operator.admin),
        word(operator.logs_in),
        operator.secrets.to_string(),
        operator.keys.join(", "),
    ]
}
