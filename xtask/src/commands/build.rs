//! `build`: the base image.

use std::process::ExitCode;

use anyhow::Result;

use crate::{Place, deploy::image, machine::Files, report, session::Session, tools::program::Installed};

/// Build the base image that machines start from, and keep it
///
/// It has the users of every agent and none of the secrets. It stays in the Nix store, with a link in image-dir/base
/// that keeps it from the garbage collector for as long as a disk is based on it; `prune` drops those that none is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  build              needs Nix with flakes, and KVM
  deploy drago       builds by itself when no base image is at hand")]
pub(crate) struct Args {}

pub(crate) fn run(place: &Place, _: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let files = Files::of(session.tree().settings())?;
    let built = image::build(session.tree(), &files, &Installed, &|line| report::note(line))?;
    report::data(&format!("{}\n", built.display()))?;
    Ok(ExitCode::SUCCESS)
}
