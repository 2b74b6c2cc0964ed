//! The disk of a machine: an overlay on a base image, or a copy of it. It is made once.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, Result, bail};
use generator::error::Error;

use super::{Deployment, Probe, image};
use crate::{machine::known_hosts, report::Hint, tools::qemu};

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    let disk = deployment.machine.disk();
    if !disk.exists() {
        let how =
            if deployment.options().full_copy { "copy the base image to" } else { "make an overlay at" };
        return Ok(Probe::Open(format!("{how} {}", disk.display())));
    }
    let chain = qemu::chain(deployment.shared.programs, &disk)
        .with_context(|| {
            format!("{} can't be used: its base image is gone, or it is no disk", disk.display())
        })
        .map_err(|error| {
            let name = deployment.name();
            error.context(Hint(format!("bring its base image back, or `vm destroy {name}` to begin anew")))
        })?;
    Ok(Probe::Holds(match chain.get(1) {
        Some(base) => format!("{} is there, on {}", disk.display(), base.filename.display()),
        None => format!("{} is there", disk.display()),
    }))
}

pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    let machine = &deployment.machine;
    let Some(base) = image::at_hand(deployment)? else { bail!("there is no base image at hand") };
    machine.files.make()?;
    let disk = machine.disk();
    // Under its own name only when it is whole; what a killed run left is made anew.
    let new = disk.with_extension("qcow2.new");
    private(&new)?;
    if deployment.options().full_copy {
        copy(&base, &new)?;
    } else {
        qemu::overlay(deployment.shared.programs, &base, &new)?;
    }
    // A new disk is a new machine: the key that was pinned for the old one is nobody's.
    known_hosts::forget(&machine.files, &machine.domain)?;
    fs::rename(&new, &disk).map_err(Error::io("rename", &new))?;
    Ok(())
}

/// Makes an empty file that is its owner's alone; who writes into it later keeps it so.
fn private(path: &Path) -> Result<()> {
    let outcome = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    outcome.map(drop).map_err(|error| Error::io("make", path)(error).into())
}

fn copy(base: &Path, disk: &Path) -> Result<()> {
    let mut from = File::open(base).map_err(Error::io("read", base))?;
    let mut to = OpenOptions::new().write(true).open(disk).map_err(Error::io("write", disk))?;
    io::copy(&mut from, &mut to).and_then(|_| to.sync_all()).map_err(Error::io("write", disk))?;
    Ok(())
}
