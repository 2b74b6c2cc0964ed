//! `vm screenshot`: what the display of a machine shows.

use std::{
    fs::{self, File, OpenOptions},
    io::Read,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Result, bail};
use generator::{error::Error, name::AgentName};

use super::{expect_running, machine};
use crate::{Place, report};

/// Write what the display of a machine shows into a file
///
/// The file is a PNG image, or a PPM image where QEMU makes no other, and called so. Its name is printed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm screenshot drago                drago.png
  vm screenshot drago /tmp/now.png")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    /// The file, which is replaced [default: NAME.png]
    file: Option<PathBuf>,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    expect_running(&machine)?;
    let file = args.file.clone().unwrap_or_else(|| format!("{}.png", machine.name).into());
    let Some(name) = file.file_name() else { bail!("{} is no name of a file", file.display()) };
    let mut new = name.to_owned();
    new.push(".new");
    let new = file.with_file_name(new);
    // Nobody else is to see what the agent sees.
    let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new);
    made.map_err(Error::io("make", &new))?;
    let shot = machine.virsh().screenshot(&machine.domain, &new).map_err(anyhow::Error::from);
    let kind = match shot.and_then(|()| kind(&new)) {
        Ok(kind) => kind,
        Err(error) => {
            fs::remove_file(&new).map_err(Error::io("remove", &new))?;
            return Err(error);
        }
    };
    let named = file.extension().is_some_and(|it| it.eq_ignore_ascii_case(kind));
    let right = if named { file } else { file.with_extension(kind) };
    fs::rename(&new, &right).map_err(Error::io("write", &right))?;
    report::data(&format!("{}\n", right.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// What an image is, by its first bytes.
fn kind(image: &Path) -> Result<&'static str> {
    let mut bytes = [0; 8];
    let read = File::open(image).and_then(|mut file| file.read(&mut bytes));
    read.map_err(Error::io("read", image))?;
    Ok(match bytes {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [b'P', b'6', ..] => "ppm",
        _ => bail!("libvirt gives an image that is neither PNG nor PPM"),
    })
}
