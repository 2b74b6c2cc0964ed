//! The machine's host key: learnt from the machine itself, and the agent's own where the agent was born with one.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use generator::{
    agent::trust::fingerprint,
    secrets::{recipient::Recipient, replace::Found},
};
use zeroize::Zeroizing;

use super::{Asking, Deployment, Probe, not_running};
use crate::{
    identities,
    machine::known_hosts,
    report::Hint,
    tools::{guest_agent, ssh},
};

/// Where the shared host module has sshd keep its key (modules/agent-vm.nix).
const PUBLIC_KEY: &str = "/var/ssh/ssh_host_ed25519_key.pub";

/// Puts the key on standard input in the place of sshd's.
const INSTALL: &str = include_str!("guest/install-host-key.sh");

/// How long a short command may take in a guest that may be emulated.
const SHORT: Duration = Duration::from_secs(120);

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    if !deployment.is_running()? {
        return Ok(not_running());
    }
    let machine = &deployment.machine;
    let Some(pinned) = known_hosts::pinned(&machine.files, &machine.domain)? else {
        return Ok(Probe::Open("learn its host key".into()));
    };
    if deployment.is_born()? {
        match deployment.key()? {
            Some(own) if own == pinned => {}
            _ => return Ok(Probe::Open(format!("give it the host key that {} was born with", machine.name))),
        }
    }
    match of_guest(deployment)? {
        Some(key) if key != pinned => return Ok(Probe::Open("learn its host key".into())),
        _ => {}
    }
    Ok(match reach(deployment) {
        Ok(()) => Probe::Holds(format!("its host key is pinned: {}", fingerprint(&pinned))),
        Err(_) => Probe::Open("get in by SSH".into()),
    })
}

pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    let machine = &deployment.machine;
    let own = if deployment.is_born()? { deployment.key()? } else { None };
    let pinned = known_hosts::pinned(&machine.files, &machine.domain)?;
    let key = learn(deployment, own.as_ref())?;
    if let Some(pinned) = pinned
        && pinned != key
        && own.as_ref() != Some(&key)
    {
        return Err(changed(deployment, &pinned, &key));
    }
    known_hosts::pin(&machine.files, &machine.domain, &key)?;
    let Some(own) = own.filter(|own| *own != key) else { return reach(deployment) };
    if let Err(error) = reach(deployment) {
        // A machine that stopped while it was given its key may use that one already.
        known_hosts::pin(&machine.files, &machine.domain, &own)?;
        if reach(deployment).is_err() {
            known_hosts::pin(&machine.files, &machine.domain, &key)?;
            return Err(error);
        }
    }
    install(deployment, &own)
}

/// The host key of the machine: what its guest agent says, or else what it shows, if somebody vouches for it.
fn learn(deployment: &Deployment<'_>, own: Option<&Recipient>) -> Result<Recipient> {
    if let Some(key) = of_guest(deployment)? {
        return Ok(key);
    }
    let machine = &deployment.machine;
    let shown = machine
        .ssh()
        .shown_key()?
        .with_context(|| format!("nobody shows a host key on port {}", machine.vm.ssh_port))?;
    let print = fingerprint(&shown);
    let known = deployment.key()?;
    let vouched = own == Some(&shown)
        || known.as_ref() == Some(&shown)
        || known_hosts::pinned(&machine.files, &machine.domain)?.as_ref() == Some(&shown);
    if vouched || deployment.options().fingerprint.as_deref() == Some(print.as_str()) {
        return Ok(shown);
    }
    if let Some(expected) = &deployment.options().fingerprint {
        bail!("whoever answers on port {} shows {print}, and not {expected}", machine.vm.ssh_port);
    }
    let question = format!(
        "{} has no guest agent. Its SSH shows the host key\n  {print}\nIs it that machine's?",
        machine.domain
    );
    let mut answer = Ok(false);
    deployment.say.leave(&mut || answer = identities::confirm(&question));
    if answer? {
        return Ok(shown);
    }
    Err(anyhow!("{} has no guest agent, and its SSH shows the host key {print}, which nobody vouches for", machine.domain))
        .context(Hint(format!(
            "compare it with `ssh-keygen -lf {PUBLIC_KEY}` on its console, then add --host-key-fingerprint {print}"
        )))
}

/// The host key by the guest agent, which nobody else can answer for; nothing where there is none.
pub(super) fn of_guest(deployment: &Deployment<'_>) -> Result<Option<Recipient>> {
    match deployment.machine.agent().read(PUBLIC_KEY) {
        Ok(text) => {
            let key = text.parse().with_context(|| format!("in the guest, {PUBLIC_KEY} is no key"))?;
            Ok(Some(key))
        }
        Err(guest_agent::Error::Silent) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("the guest does not tell {PUBLIC_KEY}")),
    }
}

/// Gets in by strict SSH, as the admin user who can become root.
pub(super) fn reach(deployment: &Deployment<'_>) -> Result<()> {
    let machine = &deployment.machine;
    let ssh = machine.ssh();
    let call = ssh.root(&machine.admin, "true", &[]).limit(SHORT);
    ssh.run(&call).map_err(|failure| {
        let denied = failure.said().contains("Permission denied");
        let hint = if denied {
            format!(
                "your key must be in {} when the base image is built, and at hand here: `ssh-add`, or `--identity \
                 FILE`",
                machine.operator_keys
            )
        } else {
            "the machine answers, and does not let the admin user in".to_owned()
        };
        anyhow::Error::new(failure)
            .context(format!("{} can't be entered as {}", machine.domain, machine.admin))
            .context(Hint(hint))
    })?;
    Ok(())
}

/// Gives the machine the key that the agent was born with, and believes that one from then on.
fn install(deployment: &Deployment<'_>, own: &Recipient) -> Result<()> {
    let machine = &deployment.machine;
    let private = born_key(deployment)?;
    let ssh = machine.ssh();
    let call = ssh.root(&machine.admin, INSTALL, &[own.as_str()]).limit(SHORT);
    ssh.run(&call.stdin(private))
        .context("the machine does not take the host key that the agent was born with")?;
    known_hosts::pin(&machine.files, &machine.domain, own)?;
    Ok(())
}

/// The private key that is sealed in the tree.
fn born_key(deployment: &Deployment<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let session = deployment.session()?;
    let tree = session.tree();
    let secret = tree.settings().paths.host_key_secret(deployment.name());
    let mut keyring = deployment.keyring()?;
    Ok(Found::find(tree, secret.as_str())?.open(&mut keyring, &mut Asking(deployment.say))?)
}

fn changed(deployment: &Deployment<'_>, pinned: &Recipient, key: &Recipient) -> anyhow::Error {
    let machine = &deployment.machine;
    anyhow!(
        "the host key of {} has changed:\n  pinned    {}\n  it shows  {}",
        machine.domain,
        fingerprint(pinned),
        fingerprint(key)
    )
    .context(Hint(format!(
        "if you know why, take its line out of {}; if you don't, look at the machine first",
        machine.files.known_hosts().display()
    )))
}

/// Whether a failure means that the machine can't be reached, rather than that it refuses.
pub(super) fn is_unreachable(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(ssh::is_unreachable)
}
