//! `rotate`: new keys and new values, where one may have leaked.

use std::{
    io::{IsTerminal, Read},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use generator::{
    agent::{
        rotate::{self, Request, Rotation},
        trust::fingerprint,
    },
    path::TreePath,
    settings::Settings,
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    Place, report,
    sealing::{self, SealArgs},
};

/// Give an agent a new host key and a new mail password, or a secret a new value
///
/// An agent that was born with its host key gets a new one: the rules name it, and the secrets of the machine
/// are sealed to it. Of an agent whose machine made its key, the mail password alone is new. What is still to
/// be done on the machine and on the mail server is said.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  rotate vesta                                 a new host key and a new mail password
  rotate stalwart-mail-drago-password          a new random value
  rotate secrets/forge-token.age --stdin <\"$XDG_RUNTIME_DIR/token\"")]
pub(crate) struct Args {
    /// An agent; or a secret, by its path from the root, or its file's name with or without `.age`
    #[arg(value_name = "NAME|SECRET")]
    name: String,

    /// Read the new value (of an agent: its mail password) from standard input; the line break at the end of a
    /// single line is dropped
    #[arg(long)]
    stdin: bool,

    #[command(flatten)]
    seal: SealArgs,
}

#[derive(Serialize)]
struct Json<'a> {
    applied: bool,
    renewed: &'a [TreePath],
    host_key: Option<&'a str>,
    rotate: &'a [TreePath],
    changes: Vec<report::Change>,
}

/// The longest value.
const LONGEST: usize = 1024 * 1024;

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let value = args.stdin.then(read_value).transpose()?;
    let session = args.seal.session(place)?;
    let tree = session.tree();
    let request = Request::parse(tree, &args.name)?;
    let rotation = args.seal.plan(false, |keys| rotate::plan(tree, &request, value, keys))?;
    let applied = args.seal.land(&session, &rotation.plan)?;
    if args.seal.json {
        report::json(&Json {
            applied,
            renewed: &rotation.renewed,
            host_key: rotation.host_key.as_ref().map(|(_, new)| new.as_str()),
            rotate: &rotation.could_read,
            changes: report::changes(&rotation.plan),
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    say(tree.settings(), &request, &rotation, applied);
    Ok(ExitCode::SUCCESS)
}

fn say(settings: &Settings, request: &Request, rotation: &Rotation, applied: bool) {
    if applied {
        report::note("\nNew values:");
        for path in &rotation.renewed {
            report::note(&format!("  {path}"));
        }
    }
    let (mail_host, mut steps) = (settings.mail_host.as_str(), Vec::new());
    match request {
        Request::Agent(name) => {
            if let Some((old, new)) = &rotation.host_key {
                report::note(&format!(
                    "old host key   {}\nnew host key   {}",
                    fingerprint(old),
                    fingerprint(new)
                ));
                steps.push(format!("machine     give {name} a new disk, and install the new host key there"));
            } else {
                steps.push(format!(
                    "machine     its host key is its own: give {name} a new disk, then `trust {name} KEY --replace`"
                ));
            }
            steps.push(format!("mailbox     change the password of {name} on {mail_host} to the new one"));
            steps.push("git         commit, then switch the machine, which reads the new values then".into());
        }
        Request::Secret(path) => {
            if path.as_str().contains("mail") {
                steps.push(format!("mailbox     change the password on {mail_host} to the new one"));
            } else {
                steps.push("service     change the value where it is used to the new one".into());
            }
            steps.push("git         commit, then switch the machines that read it".into());
        }
    }
    report::note("Next:");
    for step in steps {
        report::note(&format!("  {step}"));
    }
    sealing::to_rotate(
        "To rotate, too, since the old host key could read it (`rotate SECRET`):",
        &rotation.could_read,
    );
}

fn read_value() -> Result<Zeroizing<Vec<u8>>> {
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        bail!("--stdin reads a pipe or a file, and standard input is a terminal");
    }
    // Room from the start for what a value can be: a buffer that grows would leave copies behind.
    let mut value = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    (&mut stdin).take(LONGEST as u64 + 1).read_to_end(&mut value).context("can't read the value")?;
    if value.len() > LONGEST {
        bail!("a value has at most {LONGEST} bytes");
    }
    let line_break = value.iter().position(|byte| *byte == b'\n');
    if line_break.is_some_and(|at| at + 1 == value.len()) {
        value.pop();
        if value.ends_with(b"\r") {
            value.pop();
        }
    }
    if value.is_empty() {
        bail!("the new value is empty");
    }
    Ok(value)
}
