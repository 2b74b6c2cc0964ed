//! QEMU: disk images (`man 1 qemu-img`), and whether the processor can run guests.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use generator::domain::VirtType;
use serde::Deserialize;

use super::program::{Call, Failure, Programs};

/// The name of the program that runs the machines.
pub(crate) const EMULATOR: &str = "qemu-system-x86_64";

/// One image of a backing chain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Image {
    pub(crate) filename: PathBuf,
    pub(crate) format: String,
    /// The size of the disk that the guest sees, in bytes.
    pub(crate) virtual_size: u64,
    /// What the file takes on this machine's disk, in bytes.
    pub(crate) actual_size: u64,
    #[serde(default)]
    pub(crate) snapshots: Vec<Snapshot>,
}

/// A snapshot that an image holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Snapshot {}

/// The images that a disk is made of, the disk first. One that is in use can be looked at, too.
pub(crate) fn chain(programs: &dyn Programs, disk: &Path) -> Result<Vec<Image>> {
    let words = ["info", "--force-share", "--backing-chain", "--output=json"];
    let output = Call::new("qemu-img").words(words).path(disk).run(programs)?;
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("qemu-img says of {} what is no JSON", disk.display()))
}

/// Makes `disk` an overlay on `base`, which must never change or move from then on.
pub(crate) fn overlay(programs: &dyn Programs, base: &Path, disk: &Path) -> Result<(), Failure> {
    let call = Call::new("qemu-img").words(["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"]).path(base);
    call.path(disk).run(programs).map(drop)
}

/// How guests are run here: by the processor where that works, not only where `/dev/kvm` is there.
///
/// It is tried with the firmware alone, which says on its debug port (`isa-debugcon`) how far it comes.
pub(crate) fn virt_type(programs: &dyn Programs) -> VirtType {
    if !Path::new("/dev/kvm").exists() {
        return VirtType::Qemu;
    }
    let words = [
        "-accel",
        "kvm",
        "-machine",
        "q35",
        "-m",
        "64",
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
    ];
    let debug = ["-chardev", "stdio,id=debug", "-device", "isa-debugcon,iobase=0x402,chardev=debug"];
    // Without a disk the firmware ends where it looks for one, and the machine stops as it is told to.
    let stop = ["-no-reboot", "-boot", "reboot-timeout=0"];
    let call = Call::new(EMULATOR).words(words).words(debug).words(stop).limit(Duration::from_secs(10));
    match call.run(programs) {
        Ok(output) if output.text().contains("No bootable device") => VirtType::Kvm,
        _ => VirtType::Qemu,
    }
}
