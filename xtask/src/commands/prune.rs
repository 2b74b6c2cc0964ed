//! `prune`: base images that no disk needs.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use generator::error::Error;
use serde::Serialize;

use crate::{
    Place,
    deploy::image,
    machine::Files,
    report::{self, Hint},
    session::Session,
    tools::{
        program::{Installed, Programs},
        qemu,
    },
};

/// Let go of the base images that no machine's disk is based on
///
/// Every disk in image-dir is asked for the images that it is made of; if one can't be read, nothing is let go of. The
/// newest base image stays for the next new machine. What is let go of is a link: Nix's garbage collector then removes
/// the image itself.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  prune --dry-run
  prune && nix store gc")]
pub(crate) struct Args {
    /// The newest one, too, where no disk is based on it
    #[arg(long)]
    all: bool,

    /// Say what would be let go of, and leave it
    #[arg(long)]
    dry_run: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What becomes of a base image.
#[derive(Serialize)]
struct Verdict {
    link: PathBuf,
    image: PathBuf,
    /// The disks that are based on it.
    disks: Vec<PathBuf>,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Fate {
    /// A disk is based on it.
    Needed,
    /// None is, and the next new one will be.
    Newest,
    /// Nobody needs it.
    Dropped,
}

pub(crate) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let files = Files::of(session.tree().settings())?;
    let verdicts = judge(&Installed, &files, args.all)?;
    let dropped = || verdicts.iter().filter(|it| it.fate == Fate::Dropped);
    if !args.dry_run {
        for base in dropped() {
            fs::remove_file(&base.link).map_err(Error::io("remove", &base.link))?;
        }
    }
    if args.json { report::json(&verdicts) } else { report::data(&table(&verdicts)) }?;
    report::note(&match (dropped().count(), args.dry_run) {
        (0, _) => "nothing is to be let go of".to_owned(),
        (_, true) => "nothing was done (--dry-run)".to_owned(),
        (count, false) => format!("{count} let go of: `nix store gc` frees the space"),
    });
    Ok(ExitCode::SUCCESS)
}

/// What becomes of each base image. An error when a disk can't be read, whatever it may be based on.
fn judge(programs: &dyn Programs, files: &Files, all: bool) -> Result<Vec<Verdict>> {
    let needed = needed(programs, files)?;
    let newest = image::newest(files)?.filter(|_| !all);
    let mut bases = image::linked(files)?;
    bases.retain(|(link, _)| link.is_symlink());
    bases.sort();
    let verdict = |(link, image): (PathBuf, PathBuf)| {
        let disks = needed.get(&image).cloned().unwrap_or_default();
        let fate = match disks.as_slice() {
            [] if newest.as_ref() == Some(&image) => Fate::Newest,
            [] => Fate::Dropped,
            _ => Fate::Needed,
        };
        Verdict { link, image, disks, fate }
    };
    Ok(bases.into_iter().map(verdict).collect())
}

/// The images that disks are made of, each with those disks. A deployment at work may have half a disk.
fn needed(programs: &dyn Programs, files: &Files) -> Result<BTreeMap<PathBuf, Vec<PathBuf>>> {
    let folder = files.folder();
    let mut needed: BTreeMap<_, Vec<_>> = BTreeMap::new();
    if !folder.exists() {
        return Ok(needed);
    }
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let disk = entry.map_err(Error::io("read", folder))?.path();
        let name = disk.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".qcow2") && !name.ends_with(".qcow2.new") {
            continue;
        }
        for image in images(programs, &disk)
            .with_context(|| format!("{} can't be read, so nothing is let go of", disk.display()))
            .map_err(|error| {
                error.context(Hint("mend it, or move it elsewhere if it is nobody's any more".into()))
            })?
        {
            needed.entry(image).or_default().push(disk.clone());
        }
    }
    Ok(needed)
}

/// The files that a disk is made of.
fn images(programs: &dyn Programs, disk: &Path) -> Result<Vec<PathBuf>> {
    let chain = qemu::chain(programs, disk)?;
    let file = |image: qemu::Image| -> Result<PathBuf> {
        // What it is called in a chain may be relative to the disk.
        let path = disk.parent().unwrap_or(disk).join(&image.filename);
        Ok(path.canonicalize().map_err(Error::io("find", &path))?)
    };
    chain.into_iter().map(file).collect()
}

fn table(verdicts: &[Verdict]) -> String {
    let mut rows = vec![["BASE IMAGE", "FATE", "DISKS"].map(str::to_owned).to_vec()];
    rows.extend(verdicts.iter().map(|it| {
        let fate = match it.fate {
            Fate::Needed => "needed",
            Fate::Newest => "newest, kept",
            Fate::Dropped => "let go",
        };
        let names = it.disks.iter().filter_map(|disk| disk.file_name()).map(|name| name.to_string_lossy());
        let names = names.collect::<Vec<_>>().join(", ");
        vec![it.link.display().to_string(), fate.to_owned(), names]
    }));
    report::table(&rows)
}
