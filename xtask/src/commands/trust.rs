//! `trust` and `untrust`: the machine of an agent, by its host key.

use std::process::ExitCode;

use anyhow::Result;
use generator::{
    agent::trust::{self, Request, Trust, fingerprint},
    name::AgentName,
    path::TreePath,
    secrets::recipient::Recipient,
};
use serde::Serialize;

use crate::{
    Place, public_key, report,
    sealing::{self, SealArgs},
};

/// Trust the machine of an agent: its host key into secrets.nix, its secrets sealed to it
///
/// For an agent whose machine made its own key. The key must come from the machine itself, not from whoever
/// answers on its port. The agent's own secrets are its mail password and what its host's age.secrets names.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  trust drago 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… root@agent-drago'
  trust drago ssh_host_ed25519_key.pub
  ssh agent-drago cat /var/ssh/ssh_host_ed25519_key.pub | trust drago -
  trust drago new.pub --replace      its machine has a new disk, and with it a new key
  trust drago key.pub --no-rekey     no key at hand opens its secrets: somebody else rekeys")]
pub(crate) struct TrustArgs {
    /// The agent's name
    name: AgentName,

    /// The public host key, a file with it, or `-` for standard input
    key: String,

    /// Let the key take the place of another one
    #[arg(long)]
    replace: bool,

    /// Leave the secrets as they are, to be rekeyed later
    #[arg(long)]
    no_rekey: bool,

    #[command(flatten)]
    seal: SealArgs,
}

/// Trust the machine of an agent no more: the inverse of `trust`
///
/// Its secrets are sealed anew without it, and listed: what it could read, it may have kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  untrust drago
  untrust drago old.pub      only if this is the key that is trusted")]
pub(crate) struct UntrustArgs {
    /// The agent's name
    name: AgentName,

    /// The key that must be the trusted one, a file with it, or `-` for standard input
    key: Option<String>,

    /// Leave the secrets as they are, to be rekeyed later
    #[arg(long)]
    no_rekey: bool,

    #[command(flatten)]
    seal: SealArgs,
}

#[derive(Serialize)]
struct Json<'a> {
    name: &'a AgentName,
    applied: bool,
    old: Option<String>,
    secrets: &'a [TreePath],
    rekeyed: bool,
    rotate: &'a [TreePath],
    changes: Vec<report::Change>,
}

const NO_REKEY: &str = "change the rules alone by `--no-rekey`, and let somebody else rekey";

pub(crate) fn run_trust(place: &Place, args: TrustArgs) -> Result<ExitCode> {
    let TrustArgs { name, key, replace, no_rekey, seal } = args;
    let request = Request { name, key: public_key::read_one(&key)?, replace };
    let session = seal.session(place)?;
    let tree = session.tree();
    let trust = seal
        .plan(false, |keys| trust::trust(tree, &request, (!no_rekey).then_some(keys)))
        .map_err(sealing::or_else(NO_REKEY))?;
    let (name, print) = (&request.name, fingerprint(&request.key));
    let Some(trust) = trust else {
        return nothing(
            name,
            &seal,
            &format!("{name} is trusted by this key already: nothing changed ({print})"),
        );
    };
    let applied = seal.land(&session, &trust.plan)?;
    if seal.json {
        return print_json(name, &trust, applied, !no_rekey);
    }
    if let Some(old) = &trust.old {
        report::note(&format!("\nold key   {}\nnew key   {print}", fingerprint(old)));
    }
    if applied {
        report::note(&format!("\nthe machine of {name} is trusted: {print}"));
    }
    secrets(&trust, no_rekey, applied);
    rotate(&trust);
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_untrust(place: &Place, args: UntrustArgs) -> Result<ExitCode> {
    let UntrustArgs { name, key, no_rekey, seal } = args;
    let key: Option<Recipient> = key.as_deref().map(public_key::read_one).transpose()?;
    let session = seal.session(place)?;
    let tree = session.tree();
    let untrust = seal
        .plan(false, |keys| trust::untrust(tree, &name, key.as_ref(), (!no_rekey).then_some(keys)))
        .map_err(sealing::or_else(NO_REKEY))?;
    let Some(untrust) = untrust else {
        return nothing(&name, &seal, &format!("no key of {name} is trusted: nothing changed"));
    };
    let applied = seal.land(&session, &untrust.plan)?;
    if seal.json {
        return print_json(&name, &untrust, applied, !no_rekey);
    }
    if applied {
        let print = untrust.old.as_ref().map(|old| format!(": {}", fingerprint(old))).unwrap_or_default();
        report::note(&format!("\nthe machine of {name} is trusted no more{print}"));
    }
    secrets(&untrust, no_rekey, applied);
    rotate(&untrust);
    Ok(ExitCode::SUCCESS)
}

fn nothing(name: &AgentName, seal: &SealArgs, said: &str) -> Result<ExitCode> {
    if seal.json {
        let (secrets, rotate) = ([].as_slice(), [].as_slice());
        let changes = Vec::new();
        report::json(&Json { name, applied: false, old: None, secrets, rekeyed: false, rotate, changes })?;
    }
    report::note(said);
    Ok(ExitCode::SUCCESS)
}

fn print_json(name: &AgentName, trust: &Trust, applied: bool, rekeyed: bool) -> Result<ExitCode> {
    report::json(&Json {
        name,
        applied,
        old: trust.old.as_ref().map(fingerprint),
        secrets: &trust.secrets,
        rekeyed,
        rotate: &trust.could_read,
        changes: report::changes(&trust.plan),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn secrets(trust: &Trust, no_rekey: bool, applied: bool) {
    if no_rekey && !trust.secrets.is_empty() {
        report::note("Not sealed anew yet; run `rekey` where a key opens them:");
    } else if applied && !trust.secrets.is_empty() {
        report::note("Sealed anew:");
    } else {
        return;
    }
    trust.secrets.iter().for_each(|path| report::note(&format!("  {path}")));
}

fn rotate(trust: &Trust) {
    sealing::to_rotate("To rotate, since the old key could read it (`rotate SECRET`):", &trust.could_read);
}
