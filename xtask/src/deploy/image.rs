//! A base image at hand: a store path, kept by a link in `base/`, which disks are overlays on.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use generator::tree::Tree;

use super::{Deployment, Probe, preflight};
use crate::{
    machine::{self, Files},
    report::Hint,
    tools::{nix, program::Programs, qemu},
};

/// What the base image is called in what Nix builds (hosts/agent-base/qcow.nix).
const IMAGE: &str = "nixos.qcow2";

/// The base image in the flake.
const ATTRIBUTE: &str = "nixosConfigurations.agent-base.config.system.build.qcow2";

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    let machine = &deployment.machine;
    if machine.disk().exists() {
        let asked = deployment.options().rebuild_base || deployment.options().base_image.is_some();
        let other = if asked { "; another one is for a new disk, after `vm destroy`" } else { "" };
        return Ok(Probe::Holds(format!("the disk has its base image already{other}")));
    }
    Ok(match at_hand(deployment)? {
        Some(image) => Probe::Holds(format!("{} is at hand", image.display())),
        None => Probe::Open(format!("build {ATTRIBUTE}")),
    })
}

pub(super) fn run(deployment: &Deployment<'_>) -> Result<()> {
    // Of deployments side by side one builds; the others find what it built.
    let mut built = deployment.built()?;
    let (options, files) = (deployment.options(), &deployment.machine.files);
    if built.is_none() && (options.rebuild_base || newest(files)?.is_none()) {
        let session = deployment.session()?;
        let hear = |line: &str| deployment.say.line(line);
        *built = Some(build(session.tree(), files, deployment.shared.programs, &hear)?);
    }
    Ok(())
}

/// The image that a new disk is made from; nothing when one has to be built first.
pub(super) fn at_hand(deployment: &Deployment<'_>) -> Result<Option<PathBuf>> {
    let options = deployment.options();
    match &options.base_image {
        Some(named) => usable(deployment.shared.programs, named).map(Some),
        None if options.rebuild_base => Ok(deployment.built()?.clone()),
        None => newest(&deployment.machine.files),
    }
}

/// Builds the base image, links it into `base/`, and gives its place.
pub(crate) fn build(
    tree: &Tree,
    files: &Files,
    programs: &dyn Programs,
    hear: &dyn Fn(&str),
) -> Result<PathBuf> {
    preflight::programs(programs, &["nix"])?;
    let installable = format!("{}#{ATTRIBUTE}", tree.root().display());
    let built = nix::build(programs, &installable, hear).context("the base image can't be built").map_err(
        |error| error.context(Hint("the build needs Nix with flakes, and KVM; `doctor` says more".into())),
    )?;
    if !built.join(IMAGE).is_file() {
        bail!("what Nix built has no {IMAGE}: {}", built.display());
    }
    files.make()?;
    machine::private_folder(&files.bases())?;
    // One link for each image, by its hash: a link that is pointed elsewhere leaves disks without their base.
    let name = built.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let link = files.bases().join(name.split('-').next().unwrap_or(name));
    nix::keep(programs, &built, &link).context("the base image can't be kept from the garbage collector")?;
    Ok(built.join(IMAGE))
}

/// The base images that are linked, each with its link.
pub(crate) fn linked(files: &Files) -> Result<Vec<(PathBuf, PathBuf)>> {
    let folder = files.bases();
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut images = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))? {
        let link = entry?.path();
        // A link to what was collected, or to something else, is no image.
        if let Ok(image) = link.join(IMAGE).canonicalize() {
            images.push((link, image));
        }
    }
    Ok(images)
}

/// The image that was linked last.
pub(crate) fn newest(files: &Files) -> Result<Option<PathBuf>> {
    let age = |link: &Path| link.symlink_metadata().and_then(|it| it.modified()).ok();
    let images = linked(files)?;
    Ok(images.into_iter().max_by_key(|(link, _)| age(link)).map(|(_, image)| image))
}

/// An image that was named must be one.
fn usable(programs: &dyn Programs, named: &Path) -> Result<PathBuf> {
    let image =
        named.canonicalize().with_context(|| format!("there is no base image {}", named.display()))?;
    let chain = qemu::chain(programs, &image)?;
    match chain.first() {
        Some(first) if first.format == "qcow2" => Ok(image),
        Some(first) => bail!("{} is a {} image, and a base image is qcow2", image.display(), first.format),
        None => bail!("{} is no disk image", image.display()),
    }
}
