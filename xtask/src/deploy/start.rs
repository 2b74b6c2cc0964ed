//! The machine runs, and answers: by its guest agent, or by SSH alone where it has none.

use std::{
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use generator::vm::Port;

use super::{Deployment, Probe};
use crate::{
    machine::Machine,
    report::Hint,
    tools::virsh::{self, State},
};

/// How long after SSH answers the guest agent is waited for: it starts at about the same time.
const WITHOUT_AGENT: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(500);

/// Which ways into the machine are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) agent: bool,
    pub(crate) ssh: bool,
}

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    let machine = &deployment.machine;
    let state = match machine.state()? {
        None => return Ok(Probe::Unknown("start it".into())),
        Some(State::Paused(why)) => return Err(paused(machine, &why)),
        Some(state) => state,
    };
    if state != State::Running {
        return Ok(Probe::Open(format!(
            "start {}, which is {state}, and wait until it answers",
            machine.domain
        )));
    }
    Ok(match look(machine) {
        Open { agent: true, ssh: true } => Probe::Holds("it runs, and answers by guest agent and SSH".into()),
        Open { agent: false, ssh: true } if deployment.without_agent.get() => {
            Probe::Holds("it runs, and answers by SSH alone: it has no guest agent".into())
        }
        _ => Probe::Open("wait until it answers".into()),
    })
}

pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    let machine = &deployment.machine;
    if machine.state()? != Some(State::Running) {
        start(machine)?;
    }
    let open = wait(machine, deployment.options().boot_limit).map_err(|error| machine.with_log(error))?;
    deployment.without_agent.set(!open.agent);
    Ok(())
}

/// Starts a machine that is off.
pub(crate) fn start(machine: &Machine<'_>) -> Result<()> {
    machine.virsh().start(&machine.domain).map_err(|error| refused(machine, error))
}

/// Waits until the machine answers, by which ways it says; an error when it stops, or takes too long.
pub(crate) fn wait(machine: &Machine<'_>, limit: Duration) -> Result<Open> {
    let begin = Instant::now();
    let mut ssh_since = None;
    loop {
        expect_running(machine)?;
        let open = look(machine);
        if open.agent && open.ssh {
            return Ok(open);
        }
        if open.ssh {
            let since = *ssh_since.get_or_insert_with(Instant::now);
            if since.elapsed() >= WITHOUT_AGENT.min(limit) {
                return Ok(open);
            }
        }
        if begin.elapsed() >= limit {
            let silent = match open {
                Open { agent: true, .. } => "SSH does not answer, though its guest agent does",
                Open { ssh: true, .. } => "its guest agent does not answer, though SSH does",
                Open { .. } => "neither SSH nor its guest agent answers",
            };
            return Err(anyhow!(
                "{} did not come up within {} seconds: {silent}",
                machine.domain,
                limit.as_secs()
            ))
            .context(Hint(format!(
                "look at it by `vm console {0}` or `vm view {0}`, or give it more time by --boot-limit",
                machine.name
            )));
        }
        thread::sleep(PAUSE);
    }
}

/// The machine must still run.
pub(super) fn expect_running(machine: &Machine<'_>) -> Result<()> {
    match machine.expect_state()? {
        State::Running => Ok(()),
        State::Paused(why) => Err(paused(machine, &why)),
        state => bail!("{} does not run any more: it is {state}", machine.domain),
    }
}

/// What can be done about what libvirt or QEMU says of a machine that does not start.
fn refused(machine: &Machine<'_>, error: virsh::Error) -> anyhow::Error {
    let said = error.to_string();
    let ports = format!("{} and {}", machine.vm.ssh_port, machine.vm.spice_port);
    let hint = if said.contains("\"write\" lock") {
        format!("another program or domain uses {}: end it first", machine.disk().display())
    } else if said.contains("host forwarding rule") || said.contains("Failed to reserve port") {
        format!("another program has one of its ports, {ports}: `ss -ltnp` says which")
    } else if said.contains("Cannot access") {
        format!("bring back what is gone, or `vm destroy {}` to begin anew", machine.name)
    } else {
        "QEMU's own words are in ~/.cache/libvirt/qemu/log".into()
    };
    anyhow::Error::new(error).context(format!("{} does not start", machine.domain)).context(Hint(hint))
}

/// Which ways in are open.
pub(crate) fn look(machine: &Machine<'_>) -> Open {
    Open { agent: machine.agent().answers(), ssh: speaks_ssh(machine.vm.ssh_port) }
}

/// A machine that libvirt has stopped in its tracks goes on only when the cause is gone.
pub(crate) fn paused(machine: &Machine<'_>, why: &str) -> anyhow::Error {
    let errors = machine.virsh().disk_errors(&machine.domain).unwrap_or_default();
    let full = if errors.contains("no space") {
        format!("free some space where {} lies, then ", machine.files.folder().display())
    } else {
        String::new()
    };
    let details = if errors.is_empty() { String::new() } else { format!(": {errors}") };
    anyhow!("{} is paused ({why}){details}", machine.domain)
        .context(Hint(format!("{full}`vm resume {}`: nothing is lost", machine.name)))
}

/// Whether an SSH server answers on a port of loopback. A forwarded port takes connections before anybody listens
/// behind it; a server introduces itself (RFC 4253, 4.2).
fn speaks_ssh(port: Port) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.get()));
    let greet = || -> std::io::Result<[u8; 4]> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut greeting = [0; 4];
        stream.read_exact(&mut greeting)?;
        Ok(greeting)
    };
    greet().is_ok_and(|greeting| &greeting == b"SSH-")
}
