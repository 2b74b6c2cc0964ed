//! `secret list`: what the rules say.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use generator::{
    error::Error,
    rule_names::RuleNames,
    secrets::{
        listing::{self, Entry},
        rules::{self, Fallback},
    },
};

use crate::{Place, report, session::Session, tools::nix::Nix};

/// List the secrets that have a rule, and who can read each
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  secret list
  secret list --json | jq -r '.[] | select(.armor).file'
  secret list --rules ~/nixos/secrets.nix    any rules, also outside a tree
  secret list --engine nix                   as Nix evaluates them")]
pub(super) struct Args {
    /// Print JSON: for each rule its file, its recipients in their order, their names, and whether it is text
    #[arg(long)]
    json: bool,

    /// Evaluate this file [default: the rules of the tree]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// Who evaluates the rules
    #[arg(long, value_name = "WHO", default_value = "auto")]
    engine: Engine,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Engine {
    /// The builtin evaluator; Nix, where it is installed, for what is beyond that
    Auto,
    /// The builtin evaluator alone
    Builtin,
    /// Nix alone
    Nix,
}

pub(super) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let (root, rules, sets) = if let Some(rules) = &args.rules {
        let rules = fs::canonicalize(rules).map_err(Error::io("read", rules))?;
        (around(&rules), rules, RuleNames::default())
    } else {
        let session = Session::read(place)?;
        let (root, settings) = (session.tree().root().to_owned(), session.tree().settings());
        let rules = settings.paths.rules.under(&root);
        (root, rules, settings.rules.clone())
    };
    let engine = match args.engine {
        Engine::Auto => rules::Engine::Auto,
        Engine::Builtin => rules::Engine::Builtin,
        Engine::Nix => rules::Engine::Nix,
    };
    let nix = Nix::find();
    let nix = nix.as_ref().map(|nix| nix as &dyn Fallback);
    let entries = listing::read(&root, &rules, &sets, engine, nix).context("the rules can't be evaluated")?;
    if args.json {
        report::json(&entries)?;
    } else {
        let mut rows = vec![["SECRET", "READERS", "FORM"].map(str::to_owned).to_vec()];
        rows.extend(entries.iter().map(row));
        report::data(&report::table(&rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What rules may read: the repository that they lie in, or else their folder.
fn around(rules: &Path) -> PathBuf {
    let is_root = |folder: &&Path| {
        ["agent-tool.toml", "flake.nix", ".git"].iter().any(|name| folder.join(name).exists())
    };
    let folder = rules.parent().unwrap_or(rules);
    folder.ancestors().find(is_root).unwrap_or(folder).to_owned()
}

fn row(entry: &Entry) -> Vec<String> {
    let form = if entry.armor { "text" } else { "binary" };
    vec![entry.file.clone(), entry.names.join(", "), form.to_owned()]
}
