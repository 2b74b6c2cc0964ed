//! `secret who`: who can read what.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use generator::{
    name::AgentName,
    path::TreePath,
    secrets::{
        access::{Access, Rule},
        recipient::Recipient,
    },
    tree::Tree,
};
use serde::Serialize;

use crate::{
    Place,
    report::{self, Hint},
    session::Session,
};

/// Show who can read what, by the names that secrets.nix gives people and machines
///
/// What the rules say is shown. Whether each file is sealed to just these, `check` tells.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  secret who                      every secret with its readers
  secret who vesta                what vesta's machine can read
  secret who ncrmro               what this operator can read
  secret who \"$(cat key.pub)\"     what a public key can read
  secret who secrets/wifi.age     who can read this one")]
pub(super) struct Args {
    /// A person, a machine or an agent, a public key, or a secret
    #[arg(value_name = "KEY|SECRET")]
    whom: Option<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was asked for.
enum Question {
    Everything,
    Reader(Vec<Recipient>),
    Secret(TreePath),
}

#[derive(Serialize)]
struct Json<'a> {
    secret: &'a TreePath,
    readers: Vec<Reader>,
}

#[derive(Serialize)]
struct Reader {
    name: String,
    key: String,
}

pub(super) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let access = Access::read(session.tree())?;
    let question = match &args.whom {
        Some(whom) => parse(session.tree(), &access, whom)?,
        None => Question::Everything,
    };
    let asked = |path: &TreePath, rule: &Rule| match &question {
        Question::Everything => true,
        Question::Reader(keys) => keys.iter().any(|key| rule.recipients.contains(key)),
        Question::Secret(secret) => secret == path,
    };
    let rules: Vec<_> = access.rules().filter(|(path, rule)| asked(path, rule)).collect();
    if args.json {
        let found = rules.iter().map(|(secret, rule)| Json { secret, readers: readers(&access, rule) });
        report::json(&found.collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = Vec::new();
    if matches!(question, Question::Secret(_)) {
        rows.push(["READER", "KEY"].map(str::to_owned).to_vec());
        let all = rules.iter().flat_map(|(_, rule)| readers(&access, rule));
        rows.extend(all.map(|reader| vec![reader.name, reader.key]));
    } else {
        rows.push(["SECRET", "READERS"].map(str::to_owned).to_vec());
        rows.extend(
            rules
                .iter()
                .map(|(path, rule)| vec![path.to_string(), access.names(&rule.recipients).join(", ")]),
        );
    }
    report::data(&report::table(&rows))?;
    Ok(ExitCode::SUCCESS)
}

fn parse(tree: &Tree, access: &Access, whom: &str) -> Result<Question> {
    if let Ok(key) = whom.parse::<Recipient>() {
        return Ok(Question::Reader(vec![key]));
    }
    let keys = access.keys(whom);
    if !keys.is_empty() {
        return Ok(Question::Reader(keys));
    }
    if let Ok(path) = access.named(&super::from_here(tree, whom)) {
        return Ok(Question::Secret(path));
    }
    let keys = whom.parse::<AgentName>().map(|agent| access.keys(&agent.host())).unwrap_or_default();
    if !keys.is_empty() {
        return Ok(Question::Reader(keys));
    }
    let people: Vec<_> = access.people().collect();
    Err(anyhow!("{whom:?} is no name in {}, no public key and no secret", tree.settings().paths.rules))
        .context(Hint(format!("the names are: {}; `secret list` shows the secrets", people.join(", "))))
}

/// The readers of a secret with their names and keys, or the fingerprints of SSH keys.
fn readers(access: &Access, rule: &Rule) -> Vec<Reader> {
    let names = access.names(&rule.recipients).into_iter();
    let reader = |(name, key): (String, &Recipient)| Reader {
        name,
        key: key.fingerprint().unwrap_or_else(|| key.as_str().to_owned()),
    };
    names.zip(&rule.recipients).map(reader).collect()
}
