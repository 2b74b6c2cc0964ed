//! The machine's host key in secrets.nix, and its secrets sealed to it: one plan, shown as a diff.

use anyhow::{Result, anyhow, bail};
use generator::{
    agent::trust::{self, Request, fingerprint},
    secrets::recipient::Recipient,
};

use super::{Deployment, Probe};
use crate::{machine::known_hosts, report::Hint};

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    let machine = &deployment.machine;
    if deployment.is_born()? {
        return Ok(Probe::Holds(format!("{} was born with its host key", machine.name)));
    }
    let Some(pinned) = known_hosts::pinned(&machine.files, &machine.domain)? else {
        return Ok(Probe::Unknown("can't be told before its host key is known".into()));
    };
    Ok(match deployment.key()? {
        Some(known) if known == pinned => Probe::Holds("secrets.nix has its host key".into()),
        Some(known) if !deployment.options().replace_host_key => {
            return Err(another(deployment, &known, &pinned));
        }
        _ => Probe::Open(format!(
            "put its host key into secrets.nix, and seal its secrets to it: {}",
            fingerprint(&pinned)
        )),
    })
}

pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    let machine = &deployment.machine;
    let Some(key) = known_hosts::pinned(&machine.files, &machine.domain)? else {
        bail!("its host key is not known")
    };
    let replace = deployment.options().replace_host_key;
    let request = Request { name: machine.name.clone(), key, replace };
    deployment.change(|tree, keys| Ok(trust::trust(tree, &request, Some(keys))?.map(|trust| trust.plan)))
}

fn another(deployment: &Deployment<'_>, known: &Recipient, pinned: &Recipient) -> anyhow::Error {
    anyhow!(
        "secrets.nix has another host key for {}:\n  trusted  {}\n  it has   {}",
        deployment.machine.domain,
        fingerprint(known),
        fingerprint(pinned)
    )
    .context(Hint(
        "if its disk is new, add --replace-host-key; if you don't know why, look at the machine first".into(),
    ))
}
