//! `vm log`: what a machine said on its serial port.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    process::ExitCode,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use generator::{error::Error, name::AgentName};

use crate::{
    Place,
    machine::{Files, plain},
    report::{self, Hint},
    session::Session,
};

/// Print what a machine said on its serial port, from its first start on
///
/// A machine belongs to its agent: what only a terminal understands is left out.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vm log drago -n 50
  vm log drago -f -n 0    only what comes from now on")]
pub(crate) struct Args {
    /// The agent's name
    name: AgentName,

    /// Go on printing what comes, until it is interrupted
    #[arg(long, short)]
    follow: bool,

    /// Begin with the last lines alone
    #[arg(long, short = 'n', value_name = "N")]
    lines: Option<usize>,
}

/// How often the log is looked at.
const PAUSE: Duration = Duration::from_millis(300);

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    session.tree().expect_agent(&args.name)?;
    let log = Files::of(session.tree().settings())?.log(&args.name);
    if !log.exists() {
        return Err(anyhow!("there is no log of {}: it has not been started yet", args.name.host()))
            .context(Hint(format!("`deploy {}` makes it and starts it", args.name)));
    }
    let mut source = BufReader::new(File::open(&log).map_err(Error::io("open", &log))?);
    let read = |source: &mut BufReader<File>| -> Result<Vec<u8>> {
        let mut line = Vec::new();
        source.read_until(b'\n', &mut line).map_err(Error::io("read", &log))?;
        Ok(line)
    };
    let mut first = Vec::new();
    loop {
        match read(&mut source)? {
            line if line.is_empty() => break,
            line => first.push(line),
        }
    }
    let skipped = first.len().saturating_sub(args.lines.unwrap_or(usize::MAX));
    first.iter().skip(skipped).try_for_each(|line| print(line))?;
    if !args.follow {
        return Ok(ExitCode::SUCCESS);
    }
    loop {
        match read(&mut source)? {
            line if line.is_empty() => thread::sleep(PAUSE),
            line => print(&line)?,
        }
    }
}

/// Prints a line, or the part of one that is there yet.
fn print(line: &[u8]) -> Result<()> {
    let end = if line.ends_with(b"\n") { "\n" } else { "" };
    report::data(&(plain(&String::from_utf8_lossy(line)) + end))
}
