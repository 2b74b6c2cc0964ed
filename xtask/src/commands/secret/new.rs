//! `secret new`: one more secret.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::ValueEnum;
use generator::{
    name::AgentName,
    secrets::{
        charset,
        create::{self, Request},
        password,
    },
};
use zeroize::Zeroizing;

use super::{from_here, from_stdin};
use crate::{
    Place,
    identities::{self, IdentityArgs},
    report,
    session::Session,
};

/// Make a secret: a random one, or what standard input has
///
/// It is sealed to whom its rule names. Where secrets.nix has no rule for it, one is added: for the operators, and for
/// the machines of the agents that --reader names. No private key is needed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  secret new wifi                                   32 letters and digits, for the operators
  secret new forge-token --reader vesta --stdin     standard input, to the byte, for vesta's machine, too
  secret new pin --charset digits --length 6
  secret new 'secrets/sub folder/wifi.age' --dry-run")]
pub(super) struct Args {
    /// The secret: wifi, wifi.age or secrets/sub folder/wifi.age
    name: String,

    /// How many letters a random secret has
    #[arg(long, value_name = "N", default_value_t = password::LENGTH, value_parser = length)]
    length: usize,

    /// What a random secret is made of
    #[arg(long, value_name = "SET", default_value = "alphanumeric")]
    charset: Charset,

    /// Seal what standard input has, to the byte, in place of a random value
    #[arg(long, conflicts_with_all = ["length", "charset"])]
    stdin: bool,

    /// An agent whose machine reads it, too; may be repeated
    #[arg(long = "reader", value_name = "AGENT")]
    readers: Vec<AgentName>,

    /// Show the diff and write nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    identities: IdentityArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Charset {
    /// A-Z, a-z and 0-9
    Alphanumeric,
    /// Every printed ASCII character but the space
    Ascii,
    /// 0-9 and a-f
    Hex,
    /// 0-9
    Digits,
    /// a-z
    Lower,
}

/// A random secret that is longer helps nobody.
const LONGEST: usize = 4096;

fn length(text: &str) -> Result<usize, String> {
    let length = text.parse().map_err(|_| "this is no number".to_owned())?;
    if (1..=LONGEST).contains(&length) { Ok(length) } else { Err(format!("1 to {LONGEST} letters")) }
}

pub(super) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let charset = match args.charset {
        Charset::Alphanumeric => charset::Charset::Alphanumeric,
        Charset::Ascii => charset::Charset::Ascii,
        Charset::Hex => charset::Charset::Hex,
        Charset::Digits => charset::Charset::Digits,
        Charset::Lower => charset::Charset::Lower,
    };
    let session = if args.dry_run { Session::read(place) } else { Session::write(place) }?;
    let tree = session.tree();
    let path = create::path(tree, &from_here(tree, &args.name))?;
    let value = if args.stdin {
        from_stdin()?
    } else {
        Zeroizing::new(charset.random(args.length).as_bytes().to_vec())
    };
    if value.is_empty() {
        bail!("standard input is empty: {path} was not made");
    }
    let keyring = identities::keyring(&args.identities)?;
    let request = Request { path, value: &value, readers: &args.readers };
    let created = create::plan(tree, &request, &keyring)?;
    report::plan(&created.plan)?;
    if args.dry_run {
        session.check(&created.plan)?;
        report::note("nothing was written (--dry-run)");
        return Ok(ExitCode::SUCCESS);
    }
    session.apply(&created.plan)?;
    let (path, readers) = (&request.path, created.readers.join(", "));
    let what = if args.stdin {
        "has what standard input had".to_owned()
    } else {
        format!("is random ({} letters, {} bits)", args.length, charset.bits(args.length))
    };
    report::note(&format!("\n{path} {what}, and is sealed to {readers}"));
    Ok(ExitCode::SUCCESS)
}
