//! The agent's secrets, sealed to whom secrets.nix names.

use anyhow::Result;
use generator::{
    agent::trust::secrets_of,
    secrets::rekey::{self, Request, Survey},
    tree::Tree,
};

use super::{Deployment, Probe};

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    let session = deployment.session()?;
    let survey = match request(session.tree(), deployment)? {
        Some(request) => rekey::look(session.tree(), &request)?.1,
        None => Survey::default(),
    };
    if let Some(broken) = survey.broken.into_iter().next() {
        return Err(broken.into());
    }
    let stale: Vec<_> = survey.stale.iter().map(|(path, _, reason)| format!("{path} ({reason})")).collect();
    Ok(if stale.is_empty() {
        Probe::Holds("its secrets are sealed to whom secrets.nix names".into())
    } else {
        Probe::Open(format!("seal anew {}", stale.join(", ")))
    })
}

pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    deployment.change(|tree, keys| {
        let Some(request) = request(tree, deployment)? else { return Ok(None) };
        Ok(Some(rekey::plan(tree, &request, keys)?.plan))
    })
}

/// The secrets of this agent alone: those of others are not this deployment's. Nothing, when it has none.
fn request(tree: &Tree, deployment: &Deployment<'_>) -> Result<Option<Request>> {
    let mut secrets = secrets_of(tree, deployment.name())?;
    secrets.push(tree.settings().paths.host_key_secret(deployment.name()));
    let secrets: Vec<_> = secrets.iter().filter(|path| tree.has(path)).map(ToString::to_string).collect();
    Ok((!secrets.is_empty()).then_some(Request { secrets, all: false }))
}
