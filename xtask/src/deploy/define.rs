//! The domain in libvirt: defined from `agent.vm`, and again only where it differs.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use generator::{
    domain::{self, Capabilities, Defined, Place, VirtType},
    secrets::charset::Charset,
};

use super::{Deployment, Probe};
use crate::{
    machine,
    tools::{program::Programs, qemu::EMULATOR, virsh::State},
};

/// The length of the random ticket that opens a machine's display, in hexadecimal digits: 128 bits.
const TICKET: usize = 32;

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    let machine = &deployment.machine;
    let Some(defined) = defined(deployment)? else {
        return Ok(Probe::Open(format!("define {} ({})", machine.domain, deployment.virt_type())));
    };
    // What runs is not tried out again: it runs.
    let runs = deployment.is_running()?.then(|| defined.virt_type()).flatten();
    let virt_type = deployment.options().virt_type.or(runs).unwrap_or_else(|| deployment.virt_type());
    let wanted = domain::xml(&machine.name, &machine.vm, &place(deployment, virt_type)?, None)?;
    Ok(match defined.differs(&wanted)? {
        Some(at) => Probe::Open(format!("define {} again: {at} is another one", machine.domain)),
        None if defined.ticket().is_none() => {
            Probe::Open(format!("define {} again: its display has no ticket", machine.domain))
        }
        None => Probe::Holds(format!("{} is defined", machine.domain)),
    })
}

pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    let machine = &deployment.machine;
    if deployment.virt_type() == VirtType::Qemu && deployment.options().virt_type.is_none() {
        deployment.say.note(
            "warning: KVM does not work here, so the machine is emulated, and slow: `doctor` says more",
        );
    }
    // libvirt keeps the ticket, in a file of mode 0600; nothing else does.
    let ticket = defined(deployment)?.and_then(|defined| defined.ticket());
    let ticket = ticket.unwrap_or_else(|| Charset::Hex.random(TICKET).to_string());
    let place = place(deployment, deployment.virt_type())?;
    let xml = domain::xml(&machine.name, &machine.vm, &place, Some(&ticket))?;
    machine.virsh().define(xml)?;
    if machine.state()? == Some(State::Running) {
        deployment.say.note("its domain has changed, which takes effect when the machine starts again");
    }
    Ok(())
}

/// What libvirt has under the domain's name: nothing, or ours.
fn defined(deployment: &Deployment<'_>) -> Result<Option<Defined>> {
    machine::defined(deployment.machine.virsh(), deployment.name())
}

fn place(deployment: &Deployment<'_>, virt_type: VirtType) -> Result<Place> {
    let machine = &deployment.machine;
    let capabilities = machine.virsh().capabilities(virt_type)?;
    Ok(Place {
        virt_type,
        forward: capabilities.forward,
        emulator: emulator(deployment.shared.programs, &capabilities)?,
        disk: machine.disk(),
        log: machine.log(),
    })
}

/// The emulator by a path that stays: one in the Nix store is collected one day, and the domain with it.
fn emulator(programs: &dyn Programs, capabilities: &Capabilities) -> Result<PathBuf> {
    let system = Path::new("/run/current-system/sw/bin").join(EMULATOR);
    let libvirts = capabilities.emulator.as_ref().map(PathBuf::from);
    let all = [Some(system).filter(|it| it.exists()), libvirts, programs.find(EMULATOR)];
    match all.into_iter().flatten().find(|path| !path.starts_with("/nix/store")) {
        Some(path) => Ok(path),
        None => {
            bail!("{EMULATOR} is only in the Nix store, where it does not stay: install it in the system")
        }
    }
}
