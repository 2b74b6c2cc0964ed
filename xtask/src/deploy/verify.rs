//! The machine is what it should be: its name, its secrets with their owners and modes, its units.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use generator::agent::mounted::{self, Mounted};

use super::{Deployment, Probe, not_entered, not_running};

const VERIFY: &str = include_str!("guest/verify.sh");
const SHORT: Duration = Duration::from_secs(120);

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    if !deployment.is_running()? {
        return Ok(not_running());
    }
    let machine = &deployment.machine;
    let session = deployment.session()?;
    let secrets = mounted::mounted(session.tree(), &machine.name)?;
    let any = || "-".to_owned();
    let mut words = vec![machine.domain.clone()];
    for Mounted { path, owner, mode } in &secrets {
        // `stat` prints no leading zero.
        let mode = mode.as_ref().map(|mode| mode.trim_start_matches('0').to_owned());
        words.extend([path.clone(), owner.clone().unwrap_or_else(any), mode.unwrap_or_else(any)]);
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let said = match machine.root(VERIFY, &words, SHORT) {
        Ok(said) => said,
        Err(error) => return Ok(not_entered(&error)),
    };
    let all = |kind: &str| said.lines().filter_map(|it| it.strip_prefix(kind)).collect::<Vec<_>>().join(", ");
    let (wrong, failed) = (all("wrong "), all("failed "));
    if !wrong.is_empty() {
        return Ok(Probe::Open(wrong));
    }
    let failed = if failed.is_empty() { failed } else { format!("; units that failed: {failed}") };
    let count = if secrets.len() == 1 { "secret".to_owned() } else { format!("{} secrets", secrets.len()) };
    Ok(Probe::Holds(format!("{} has its name and its {count}{failed}", machine.domain)))
}

/// What is wrong can't be mended by looking: it is said.
pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    match probe(deployment)? {
        Probe::Holds(_) => Ok(()),
        Probe::Open(wrong) => Err(anyhow!("{} is not what it should be: {wrong}", deployment.machine.domain)),
        Probe::Unknown(why) => bail!(why),
    }
}
