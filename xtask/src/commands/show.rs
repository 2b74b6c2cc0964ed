//! `show`: one agent of the tree.

use std::process::ExitCode;

use anyhow::Result;
use generator::{
    agent::summary::{self, Detail},
    name::AgentName,
};

use serde::Serialize;

use crate::{Place, machine, report, session::Session, tools::program::Installed};

/// Show one agent: who it is, its machine, its secrets and who may read them, its parts
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  show drago
  show drago --json | jq .vm.ssh_port")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An agent, with what its machine is doing; nothing when it is not defined here, or can't be told.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    detail: Detail,
    vm_state: Option<String>,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let detail = summary::one(session.tree(), &args.name)?;
    let states = machine::states(session.tree().settings(), &Installed).unwrap_or_default();
    let vm_state = states.get(&detail.host).map(ToString::to_string);
    let shown = Shown { detail, vm_state };
    if args.json { report::json(&shown) } else { report::data(&text(&shown)) }?;
    Ok(ExitCode::SUCCESS)
}

fn text(shown: &Shown) -> String {
    let detail = &shown.detail;
    let facts = &detail.facts;
    let vm = &facts.vm;
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        row("agent", facts.name.to_string()),
        row("full name", facts.full_name.to_string()),
        row("description", facts.description.to_string()),
        row("email", facts.email.to_string()),
        row("host", detail.host.clone()),
        row("SSH", format!("127.0.0.1:{}", vm.ssh_port)),
        row("SPICE", format!("127.0.0.1:{}", vm.spice_port)),
        row("MAC", vm.mac.to_string()),
        row("machine", format!("{} GiB, {} processors", vm.memory_gib, vm.vcpus)),
        row("host key", detail.host_key.to_string()),
    ];
    rows.extend(shown.vm_state.iter().map(|state| row("state", state.clone())));
    rows.extend(detail.fingerprint.iter().map(|fingerprint| row("", fingerprint.clone())));
    rows.extend(
        detail
            .secrets
            .iter()
            .map(|secret| row("secret", format!("{} (read by {})", secret.path, secret.readers.join(", ")))),
    );
    rows.extend(detail.parts.iter().map(|part| row("part", part.clone())));
    rows.extend(detail.missing.iter().map(|part| row("missing", part.clone())));
    report::table(&rows)
}
