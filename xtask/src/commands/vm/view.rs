//! `vm view`: the desktop of a machine.

use std::{
    env,
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow};
use generator::{error::Error, name::AgentName};

use super::{expect_running, machine};
use crate::{
    Place,
    machine::{self, Machine},
    report::{self, Hint},
    tools::{
        needed::VIEWER,
        program::{Call, Failure},
        virsh::SESSION,
    },
};

/// Show the desktop of a machine, over SPICE
///
/// By remote-viewer or virt-viewer, whichever is there. SPICE is open to whoever has the machine's ticket: it goes to
/// the viewer in a file that only you can read, and that the viewer removes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm view drago
  vm view drago --print                   where it is, for a viewer of your own
  vm view drago --print --show-ticket     and what opens it")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    /// Print where the desktop is, and start no viewer
    #[arg(long)]
    print: bool,

    /// Print also the ticket that opens it
    #[arg(long, requires = "print")]
    show_ticket: bool,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let machine = machine(place, &args.name, &["virsh"])?;
    expect_running(&machine)?;
    if args.print {
        report::data(&format!("spice://127.0.0.1:{}\n", machine.vm.spice_port))?;
        if args.show_ticket {
            report::data(&format!("{}\n", ticket(&machine)?))?;
        } else {
            report::note("it asks for the machine's ticket: --show-ticket prints that");
        }
        return Ok(ExitCode::SUCCESS);
    }
    Err(show(&machine)?.into())
}

/// Lets a viewer take the place of this program; it comes back only where that failed.
fn show(machine: &Machine<'_>) -> Result<Failure> {
    if machine.programs.find("remote-viewer").is_some() {
        let file = connection_file(machine)?;
        let failure = Call::new("remote-viewer").words(["--"]).path(&file).become_it();
        fs::remove_file(&file).map_err(Error::io("remove", &file))?;
        return Ok(failure);
    }
    if machine.programs.find("virt-viewer").is_some() {
        // It is connected by libvirt itself, which asks for no ticket.
        let words = ["--connect", SESSION, "--attach", &machine.domain];
        return Ok(Call::new("virt-viewer").words(words).become_it());
    }
    let (names, how) = (VIEWER.names.join(" nor "), VIEWER.how_to_get());
    Err(anyhow!("this machine has no viewer: neither {names}"))
        .context(Hint(format!("{how}; or `vm view {} --print`", machine.name)))
}

/// Writes the file that tells remote-viewer where to connect, and with what (`man 1 remote-viewer`, CONNECTION FILE).
fn connection_file(machine: &Machine<'_>) -> Result<PathBuf> {
    let folder = env::var_os("XDG_RUNTIME_DIR").unwrap_or_default();
    let path = Path::new(&folder).join(format!("agent-tool-{}.vv", machine.domain));
    let (port, ticket, title) = (machine.vm.spice_port, ticket(machine)?, &machine.domain);
    let text = format!(
        "[virt-viewer]\ntype=spice\nhost=127.0.0.1\nport={port}\npassword={ticket}\ntitle={title}\n\
         delete-this-file=1\n"
    );
    // One that a viewer left is not written into: it may be another's by now.
    if path.symlink_metadata().is_ok() {
        fs::remove_file(&path).map_err(Error::io("remove", &path))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(Error::io("write", &path))?;
    Ok(path)
}

fn ticket(machine: &Machine<'_>) -> Result<String> {
    let defined = machine::defined(machine.virsh(), &machine.name)?;
    defined
        .and_then(|defined| defined.ticket())
        .with_context(|| format!("the desktop of {} has no ticket", machine.domain))
        .map_err(|error| error.context(Hint(format!("`deploy {}` gives it one", machine.name))))
}
