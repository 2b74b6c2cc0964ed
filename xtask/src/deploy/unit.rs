//! The switch as a transient unit of the guest: begun, followed, and read again by whoever comes later.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{Deployment, identity, start};

/// The words in which the unit is described: what it switches to follows.
const DESCRIPTION: &str = "agent-tool switch ";

const SWITCH: &str = include_str!("guest/switch.sh");
const FOLLOW: &str = include_str!("guest/follow.sh");

const PAUSE: Duration = Duration::from_secs(2);
const SHORT: Duration = Duration::from_secs(120);

/// How long a switch may take: it may have to build or fetch a desktop.
const LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

/// How long neither SSH nor the guest agent may answer.
const LOST: Duration = Duration::from_secs(300);

/// How many lines of the journal an error shows.
const TAIL: usize = 25;

/// How a switch stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Status {
    active: String,
    sub: String,
    result: String,
    code: String,
    description: String,
}

/// How a switch came to its end.
pub(super) enum End {
    /// It is done.
    Done,
    /// It failed, with this exit status and these last words.
    Failed { code: String, words: Vec<String> },
}

impl Status {
    /// Reads what `systemctl show` prints.
    pub(super) fn parse(text: &str) -> Self {
        let field = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_default().to_owned()
        };
        Self {
            active: field("ActiveState"),
            sub: field("SubState"),
            result: field("Result"),
            code: field("ExecMainStatus"),
            description: field("Description"),
        }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.active.as_str(), "activating" | "reloading" | "deactivating")
            || (self.active == "active" && self.sub != "exited")
    }

    pub(super) fn succeeded(&self) -> bool {
        self.active == "active" && self.sub == "exited" && self.result == "success"
    }

    /// What it switches to.
    pub(super) fn target(&self) -> Option<&str> {
        self.description.strip_prefix(DESCRIPTION)
    }
}

/// How the switch stands that was begun last, and what it said since `cursor`.
fn look(deployment: &Deployment<'_>, cursor: &mut String) -> Result<(Status, Vec<String>)> {
    let machine = &deployment.machine;
    let text = match machine.root(FOLLOW, &[cursor], SHORT) {
        // The network may be what is switched just now: the guest agent doesn't need one.
        Err(error) if identity::is_unreachable(&error) => {
            let asked = machine.agent().run("/bin/sh", &["-c", FOLLOW, "sh", cursor], SHORT);
            asked.map_err(|_| error)?.stdout
        }
        outcome => outcome?,
    };
    let (properties, journal) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = Vec::new();
    for line in journal.lines() {
        match line.strip_prefix("-- cursor: ") {
            Some(new) => new.clone_into(cursor),
            None => lines.push(line.to_owned()),
        }
    }
    Ok((Status::parse(properties), lines))
}

/// Whether a switch to `target` is under way already, begun by a deployment that was interrupted. One to something else
/// is waited for.
pub(super) fn is_under_way(deployment: &Deployment<'_>, target: &str) -> Result<bool> {
    let (status, _) = look(deployment, &mut String::new())?;
    if !status.is_running() {
        return Ok(false);
    }
    if status.target() == Some(target) {
        deployment.say.line("the switch that an earlier deployment began is still under way");
        return Ok(true);
    }
    deployment.say.line("waiting for another switch that is under way");
    follow(deployment)?;
    Ok(false)
}

/// Begins to switch to `flake`, which `target` tells from others.
pub(super) fn begin(deployment: &Deployment<'_>, target: &str, flake: &str) -> Result<()> {
    deployment.machine.root(SWITCH, &[target, flake], SHORT)?;
    Ok(())
}

/// Follows the switch to its end, whatever becomes of the connection.
pub(super) fn follow(deployment: &Deployment<'_>) -> Result<End> {
    let (begin, mut seen) = (Instant::now(), Instant::now());
    let (mut cursor, mut words) = (String::new(), Vec::new());
    while begin.elapsed() < LIMIT {
        match look(deployment, &mut cursor) {
            Ok((status, lines)) => {
                seen = Instant::now();
                for line in &lines {
                    deployment.say.line(line);
                }
                words.extend(lines);
                words.drain(..words.len().saturating_sub(TAIL));
                if status.succeeded() {
                    return Ok(End::Done);
                }
                if !status.is_running() {
                    return Ok(End::Failed { code: status.code, words });
                }
            }
            Err(error) if identity::is_unreachable(&error) => {
                let machine = &deployment.machine;
                start::expect_running(machine)
                    .map_err(|error| machine.with_log(error.context("the switch was cut off")))?;
                if seen.elapsed() >= LOST {
                    let silent = format!(
                        "neither SSH nor the guest agent has answered for {} seconds",
                        LOST.as_secs()
                    );
                    return Err(machine.with_log(error.context(silent)));
                }
            }
            Err(error) => return Err(error),
        }
        thread::sleep(PAUSE);
    }
    bail!("the switch did not end within {} hours; it goes on in the machine", LIMIT.as_secs() / 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Status {
        Status::parse(text)
    }

    #[test]
    fn a_unit_that_is_done_is_told_from_one_that_runs_or_failed() {
        let done = status(
            "ActiveState=active\nSubState=exited\nResult=success\nExecMainStatus=0\nDescription=agent-tool switch abc",
        );
        assert!(done.succeeded() && !done.is_running());
        assert_eq!(done.target(), Some("abc"));
        let runs = status(
            "ActiveState=active\nSubState=running\nResult=success\nExecMainStatus=0\nDescription=agent-tool switch abc",
        );
        assert!(runs.is_running() && !runs.succeeded());
        let failed =
            status("ActiveState=failed\nSubState=failed\nResult=exit-code\nExecMainStatus=4\nDescription=x");
        assert!(!failed.is_running() && !failed.succeeded());
        assert_eq!((failed.code.as_str(), failed.target()), ("4", None));
        // What was never begun: `systemctl show` says so of any name.
        let never = status(
            "ActiveState=inactive\nSubState=dead\nResult=success\nExecMainStatus=0\nDescription=agent-tool-switch.service",
        );
        assert!(!never.is_running() && !never.succeeded());
    }
}
