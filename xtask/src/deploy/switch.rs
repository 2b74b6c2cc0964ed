//! The machine has its configuration: `nixos-rebuild switch`, in the guest or from here.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

use super::{
    BuildOn, Deployment, Probe, identity, not_entered, not_running, rollback,
    source::{self, Source},
    unit::{self, End},
};
use crate::{
    report::Hint,
    tools::{
        git::{Git, Index},
        nixos_rebuild,
    },
};

const STATUS: &str = include_str!("guest/status.sh");
const RECEIVE: &str = include_str!("guest/receive.sh");
const RECORD: &str = include_str!("guest/record.sh");
const PREVIOUS: &str = include_str!("guest/previous.sh");

/// A switch leaves the login screen alone. At the first one nobody has logged in there, and the agent, whom it logs in
/// by itself, is new.
const LOG_IN: &str = "# Has the login screen log the agent in.
if systemctl is-active --quiet display-manager.service; then systemctl restart display-manager.service; fi";

/// Where the guest has the flake (guest/receive.sh).
const TREE: &str = "/var/lib/agent-tool/tree";

/// What `switch-to-configuration` says when the new configuration is there and some of its units are not up.
const UNITS_FAILED: &str = "the following units failed";

/// The unit that joins the tailnet: it fails with a key that is used up or refused, and nothing else depends on it.
const AUTOCONNECT: &str = "tailscaled-autoconnect.service";

const SHORT: Duration = Duration::from_secs(120);
const UPLOAD: Duration = Duration::from_secs(600);

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    if !deployment.is_running()? {
        return Ok(not_running());
    }
    if deployment.switched.get() {
        return Ok(Probe::Holds(format!("{} has its configuration", deployment.machine.domain)));
    }
    if let Some(flake) = &deployment.options().flake {
        // What a reference leads to may have changed: the switch itself tells.
        return Ok(Probe::Open(format!("switch to {flake}")));
    }
    let source = pack(deployment)?;
    let status = match deployment.machine.root(STATUS, &[], SHORT) {
        Ok(status) => status,
        Err(error) => return Ok(not_entered(&error)),
    };
    let mut lines = status.lines();
    let (recorded, runs) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    Ok(if recorded == format!("{} {runs}", source.digest) {
        Probe::Holds(format!("{} has this tree's configuration", deployment.machine.domain))
    } else {
        Probe::Open(match deployment.options().build_on {
            BuildOn::Guest => "switch to this tree, built in the guest".into(),
            BuildOn::Operator => "switch to this tree, built here".into(),
        })
    })
}

pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    let flake = deployment.options().flake.as_deref();
    if let Some(flake) = flake
        && has_changed(deployment)?
    {
        let (name, command) = (deployment.name(), &deployment.options().command);
        return Err(anyhow!("the tree has just changed, and {flake} does not have the change yet"))
            .context(Hint(format!("commit and push it, then `{command} {name} --from switch`")));
    }
    let machine = &deployment.machine;
    let was = machine.root("uname -n", &[], SHORT)?;
    match deployment.options().build_on {
        BuildOn::Guest => in_guest(deployment, flake)?,
        BuildOn::Operator => from_here(deployment, flake)?,
    }
    if !is_reachable(deployment) {
        return Err(rollback::run(deployment));
    }
    if was != machine.domain {
        machine.root(LOG_IN, &[], SHORT)?;
    }
    deployment.switched.set(true);
    Ok(())
}

/// Whether the tree has changes to its secrets that nobody can have pushed: made now, or by a deployment that ended here.
fn has_changed(deployment: &Deployment<'_>) -> Result<bool> {
    let session = deployment.session()?;
    let tree = session.tree();
    let paths = [tree.settings().paths.rules.as_str(), tree.settings().paths.secrets.as_str()];
    Ok(deployment.changed.get()
        || match Git::at(tree.root()) {
            Index::Git(git) => git.has_uncommitted(&paths)?,
            Index::None(_) => false,
        })
}

fn pack(deployment: &Deployment<'_>) -> Result<Source> {
    let session = deployment.session()?;
    source::pack(deployment.shared.programs, session.tree().root())
}

/// Switches in the guest, which builds the configuration itself.
fn in_guest(deployment: &Deployment<'_>, flake: Option<&str>) -> Result<()> {
    let machine = &deployment.machine;
    let source = if flake.is_none() { Some(pack(deployment)?) } else { None };
    let target = source.as_ref().map_or(flake.unwrap_or_default(), |source| &source.digest).to_owned();
    // The folder that a switch reads must stay as it is meanwhile.
    if !unit::is_under_way(deployment, &target)? {
        if let Some(source) = source {
            let ssh = machine.ssh();
            let call = ssh.root(&machine.admin, RECEIVE, &[]).stdin(source.archive.into()).limit(UPLOAD);
            ssh.run(&call).context("the tree can't be brought into the guest")?;
        }
        let tree = format!("path:{TREE}");
        unit::begin(deployment, &target, &format!("{}#{}", flake.unwrap_or(&tree), machine.domain))?;
    }
    match unit::follow(deployment)? {
        End::Done => Ok(()),
        End::Failed { words, .. } if words.iter().any(|line| line.contains(UNITS_FAILED)) => {
            units(deployment, &target, &words)
        }
        End::Failed { code, words } => {
            let words: Vec<_> = words.iter().map(|line| format!("\n    {line}")).collect();
            bail!("nixos-rebuild failed in the guest ({code}); the end of what it said:{}", words.concat())
        }
    }
}

/// Switches from here, where the configuration is built.
fn from_here(deployment: &Deployment<'_>, flake: Option<&str>) -> Result<()> {
    let machine = &deployment.machine;
    machine.root(PREVIOUS, &[], SHORT)?;
    let session = deployment.session()?;
    let root = session.tree().root().display().to_string();
    let reference = format!("{}#{}", flake.unwrap_or(&root), machine.domain);
    let hear = |line: &str| deployment.say.line(line);
    nixos_rebuild::switch(deployment.shared.programs, &machine.ssh(), &machine.admin, &reference, &hear)?;
    if flake.is_none() && is_reachable(deployment) {
        machine.root(RECORD, &[&pack(deployment)?.digest], SHORT)?;
    }
    Ok(())
}

/// The configuration is there, and some units are not: no failure, when all that failed is to join the tailnet.
fn units(deployment: &Deployment<'_>, target: &str, words: &[String]) -> Result<()> {
    let machine = &deployment.machine;
    let failed = machine.root("systemctl list-units --failed --plain --no-legend", &[], SHORT)?;
    let failed: Vec<_> = failed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    if failed == [AUTOCONNECT] {
        machine.root(RECORD, &[target], SHORT)?;
        deployment.say.note(&format!(
            "warning: {} did not join the tailnet ({AUTOCONNECT} failed): its key may be used up; join by hand with \
             `vm ssh {} --admin -- sudo agent-tailnet-up`",
            machine.domain, machine.name
        ));
        return Ok(());
    }
    let words: Vec<_> = words.iter().map(|line| format!("\n    {line}")).collect();
    bail!("the configuration is there, and units of it failed: {}{}", failed.join(", "), words.concat())
}

/// Whether the machine can still be entered, by strict SSH. It may be busy for a while after a switch.
pub(super) fn is_reachable(deployment: &Deployment<'_>) -> bool {
    let end = Instant::now() + deployment.shared.reach_limit;
    loop {
        if identity::reach(deployment).is_ok() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        thread::sleep(Duration::from_secs(2));
    }
}
