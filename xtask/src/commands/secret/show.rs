//! `secret show`: the plaintext of one secret.

use std::process::ExitCode;

use anyhow::Result;
use generator::secrets::replace::Found;

use crate::{
    Place,
    identities::{self, IdentityArgs, Terminal},
    report,
    session::Session,
};

/// Print the plaintext of a secret, to the byte
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  secret show stalwart-mail-vesta-password
  secret show wifi --identity ~/offline/key | wl-copy")]
pub(super) struct Args {
    /// The secret: its path or its file name
    name: String,

    #[command(flatten)]
    identities: IdentityArgs,
}

pub(super) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let mut keyring = identities::keyring(&args.identities)?;
    let name = super::from_here(session.tree(), &args.name);
    let plaintext = Found::find(session.tree(), &name)?.open(&mut keyring, &mut Terminal)?;
    report::bytes(&plaintext)?;
    Ok(ExitCode::SUCCESS)
}
