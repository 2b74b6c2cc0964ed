//! `init`: a tree made one's own.

use std::process::ExitCode;

use anyhow::{Result, bail};
use generator::{
    handover::{self, Handover},
    name::AgentName,
    path::TreePath,
    secrets::recipient::Recipient,
};
use serde::Serialize;

use crate::{
    Place, public_key, report,
    sealing::{self, SealArgs},
};

/// Make a fresh clone your own: your key in the place of the example key, which everybody has
///
/// The rules and modules/users/keys.nix name your key, every secret is sealed to it, and the mail passwords and host
/// keys that everybody could read are new ones. What else everybody could read is sealed to your key as it is, and
/// listed: only you know where a new value has to go. The change lands whole or not at all.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  init --admin-key ~/.ssh/id_ed25519.pub
  init --admin-key ~/.ssh/id_ed25519.pub --admin-key age1…     two keys; the age key logs in nowhere
  init --admin-key ~/.ssh/id_ed25519.pub --dry-run             show the diff, write nothing")]
pub(crate) struct Args {
    /// Your public key, a file with it, or `-` for standard input; may be repeated
    #[arg(long = "admin-key", value_name = "KEY", required = true)]
    admin_keys: Vec<String>,

    #[command(flatten)]
    seal: SealArgs,
}

#[derive(Serialize)]
struct Json<'a> {
    applied: bool,
    renewed: &'a [TreePath],
    machines: &'a [AgentName],
    rotate: &'a [TreePath],
    changes: Vec<report::Change>,
}

/// Where a clone has the private half of the example key.
const EXAMPLE: &str = "tests/keys/example_operator";

pub(crate) fn run(place: &Place, args: Args) -> Result<ExitCode> {
    let Args { admin_keys, mut seal } = args;
    let mut keys: Vec<Recipient> = Vec::new();
    for word in &admin_keys {
        keys.extend(public_key::read(word)?);
    }
    if keys.is_empty() {
        bail!("no key is given");
    }
    let session = seal.session(place)?;
    let tree = session.tree();
    seal.identities.also(tree.root().join(EXAMPLE));
    let handover = seal.plan(false, |at_hand| handover::plan(tree, &keys, at_hand))?;
    let applied = match &handover {
        Some(handover) => seal.land(&session, &handover.plan)?,
        None => false,
    };
    if seal.json {
        let (renewed, machines, rotate, changes) = match &handover {
            Some(it) => (&*it.renewed, &*it.machines, &*it.could_read, report::changes(&it.plan)),
            None => ([].as_slice(), [].as_slice(), [].as_slice(), Vec::new()),
        };
        report::json(&Json { applied, renewed, machines, rotate, changes })?;
    }
    match &handover {
        None => report::note("the example key is not in use here: nothing changed"),
        Some(handover) if !seal.json => say(handover, applied),
        Some(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn say(handover: &Handover, applied: bool) {
    if applied {
        report::note("\nYour key is in the place of the example key. New values:");
        handover.renewed.iter().for_each(|path| report::note(&format!("  {path}")));
        report::note("Next:\n  git diff    read what changed, then commit it");
        for name in &handover.machines {
            report::note(&format!(
                "  machine     give {name} a new disk, and install the new host key there"
            ));
        }
    }
    sealing::to_rotate("To rotate, since everybody could read it (`rotate SECRET`):", &handover.could_read);
}
