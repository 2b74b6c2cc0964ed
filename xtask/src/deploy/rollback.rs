//! Back to the system of before, where a machine can't be entered after a switch: by its guest agent, which needs no
//! network.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

use super::{Deployment, switch, unit::Status};
use crate::{
    report::Hint,
    tools::guest_agent::{self, GuestAgent},
};

/// Where the switch has noted the system that ran before it (guest/switch.sh).
const PREVIOUS: &str = "/var/lib/agent-tool/previous";

const ROLLBACK: &str = include_str!("guest/rollback.sh");
const UNIT: &str = "agent-tool-rollback.service";
const SHORT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(2);

/// How long it may take: nothing is built, but the guest may be emulated.
const LIMIT: Duration = Duration::from_secs(600);

/// Goes back, and says what came of it. The deployment has failed, whatever that is.
pub(super) fn run(deployment: &Deployment<'_>) -> anyhow::Error {
    run_with(deployment, PAUSE)
}

/// The same, with `pause` between two looks at how it stands.
pub(super) fn run_with(deployment: &Deployment<'_>, pause: Duration) -> anyhow::Error {
    let machine = &deployment.machine;
    let lost = format!("{} can't be entered since it was switched", machine.domain);
    let name = &machine.name;
    deployment.say.note(&format!("warning: {lost}; going back to the system of before"));
    let look = Hint(format!("look at it by `vm console {name}`, and at what the configuration changes"));
    match back(deployment, pause) {
        Ok(system) if switch::is_reachable(deployment) => {
            anyhow!("{lost}; it runs {system} again, and can be entered").context(look)
        }
        Ok(system) => anyhow!("{lost}; it runs {system} again, and still can't be entered").context(look),
        Err(error) => error.context(format!("{lost}, and can't be brought back")).context(look),
    }
}

/// Has the guest agent bring back the system of before, and gives its path.
fn back(deployment: &Deployment<'_>, pause: Duration) -> Result<String> {
    let agent = deployment.machine.agent();
    let system = agent.read(PREVIOUS).context("the system of before is not known")?.trim().to_owned();
    if !system.starts_with('/') {
        bail!("{PREVIOUS} of the guest names no system: {system:?}");
    }
    bring_back(&agent, &system, pause)?;
    Ok(system)
}

fn bring_back(agent: &GuestAgent<'_>, system: &str, pause: Duration) -> Result<()> {
    let begun = agent.run("/bin/sh", &["-c", ROLLBACK, "sh", system], SHORT)?;
    if begun.code != 0 {
        bail!("the guest does not go back: {}", begun.stderr.trim());
    }
    let end = Instant::now() + LIMIT;
    while Instant::now() < end {
        let properties = "--property=ActiveState,SubState,Result,ExecMainStatus,Description";
        let show = format!(
            "PATH=/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin systemctl show {properties} {UNIT}"
        );
        match agent.run("/bin/sh", &["-c", &show], SHORT) {
            Ok(shown) => {
                let status = Status::parse(&shown.stdout);
                if status.succeeded() {
                    return Ok(());
                }
                if !status.is_running() {
                    bail!("going back failed in the guest: `journalctl --unit={UNIT}` there says why");
                }
            }
            // It is restarted by the very switch that it began; a program that it lost track of is asked for again.
            Err(guest_agent::Error::Silent | guest_agent::Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
        thread::sleep(pause);
    }
    bail!("going back did not end within {} minutes", LIMIT.as_secs() / 60)
}
