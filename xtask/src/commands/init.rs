//! `init`: a tree made one's own, and a flake made a tree of agents.

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use generator::{
    adopt::{self, Adoption},
    handover::{self, Handover},
    name::AgentName,
    path::TreePath,
    secrets::recipient::Recipient,
    settings,
    tree::Tree,
};
use serde::Serialize;

use crate::{
    Place, public_key, report,
    sealing::{self, SealArgs},
    session::{self, Session},
};

/// Adopt a flake, or make a fresh clone your own
///
/// In a flake without agent-tool.toml: what is there is found (hosts, homes, secrets.nix, domain, admin user), and
/// what agents need beside is added: agent-tool.toml, the shared files, the inputs agenix and home-manager, the base
/// image. Nothing is overwritten, and all of it is shown as a diff first.
///
/// In a fresh clone of this project: your key comes in the place of the example key, which everybody has. The rules and modules/users/keys.nix name your key, every secret is sealed to it, and the mail passwords and host
/// keys that everybody could read are new ones. What else everybody could read is sealed to your key as it is, and
/// listed: only you know where a new value has to go. The change lands whole or not at all.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  init --dry-run                                               what a flake lacks, as a diff; nothing is written
  init --domain example.org --admin-user alice --admin-key ~/.ssh/id_ed25519.pub
  init --admin-key ~/.ssh/id_ed25519.pub
  init --admin-key ~/.ssh/id_ed25519.pub --admin-key age1…     two keys; the age key logs in nowhere
  init --admin-key ~/.ssh/id_ed25519.pub --dry-run             show the diff, write nothing")]
pub(crate) struct Args {
    /// Your public key, a file with it, or `-` for standard input; may be repeated
    #[arg(long = "admin-key", value_name = "KEY")]
    admin_keys: Vec<String>,

    /// Agents write from NAME@DOMAIN [default: what a host says, in a flake that is adopted]
    #[arg(long)]
    domain: Option<String>,

    /// The user with passwordless sudo [default: the first in `wheel`]
    #[arg(long, value_name = "NAME")]
    admin_user: Option<String>,

    /// The mail server [default: mail. and the domain]
    #[arg(long, value_name = "HOST")]
    mail_host: Option<String>,

    /// The tailnet's control server [default: headscale. and the domain]
    #[arg(long, value_name = "URL")]
    login_server: Option<String>,

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
    let mut keys: Vec<Recipient> = Vec::new();
    for word in &args.admin_keys {
        keys.extend(public_key::read(word)?);
    }
    let flake = session::flake(place)?;
    if !Tree::is_at(&flake) {
        return adopt(place, &flake, keys, &args);
    }
    let Args { mut seal, domain, admin_user, mail_host, login_server, .. } = args;
    if [domain, admin_user, mail_host, login_server].iter().any(Option::is_some) {
        return Err(
            report::Usage(format!("this is a tree of agents: its facts are in {}", settings::FILE)).into()
        );
    }
    if keys.is_empty() {
        return Err(report::Usage("a tree of agents takes your key: --admin-key FILE.pub".into()).into());
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

/// Makes a tree of agents of the flake at `root`.
fn adopt(place: &Place, root: &Path, keys: Vec<Recipient>, args: &Args) -> Result<ExitCode> {
    let adoption = Adoption {
        domain: parsed(args.domain.as_ref())?,
        mail_host: parsed(args.mail_host.as_ref())?,
        login_server: parsed(args.login_server.as_ref())?,
        admin_user: parsed(args.admin_user.as_ref())?,
        keys,
    };
    let (tree, passed_over) = adopt::tree(root, &adoption)?;
    let session = Session::adopt(root, tree, place.wait)?;
    let plan = adopt::plan(session.tree(), &adoption, passed_over)?;
    let applied = args.seal.land(&session, &plan)?;
    if args.seal.json {
        let changes = report::changes(&plan);
        report::json(&Json { applied, renewed: &[], machines: &[], rotate: &[], changes })?;
    } else if applied {
        report::note(
            "\nThe flake is a tree of agents now.\nNext:\n  git diff             read what changed, then commit it\n  \
             nix flake lock       for the inputs that are new\n  new-agent NAME       the first agent",
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn parsed<T: TryFrom<String, Error = String>>(word: Option<&String>) -> Result<Option<T>> {
    let parsed = word.map(|word| T::try_from(word.clone())).transpose();
    parsed.map_err(|error| report::Usage(error).into())
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
