//! The flake as git sees it, packed for the guest.

use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::tools::{
    git::{Git, Index},
    program::Programs,
    tar,
};

/// A flake that is packed, and what tells it from another one.
pub(super) struct Source {
    /// A tar archive.
    pub(super) archive: Vec<u8>,
    /// Its SHA-256: the same files make the same archive.
    pub(super) digest: String,
}

/// Packs the flake at `root`: what git tracks or is meant to track, and nothing that it ignores, as Nix does.
pub(super) fn pack(programs: &dyn Programs, root: &Path) -> Result<Source> {
    let files = match Git::at(root) {
        Index::Git(git) => {
            Some(git.files()?.into_iter().filter(|path| root.join(path).symlink_metadata().is_ok()))
        }
        Index::None(_) => None,
    };
    let archive = match files {
        Some(files) => tar::pack(programs, root, &files.collect::<Vec<_>>()),
        None => tar::pack_all(programs, root),
    };
    let archive = archive.with_context(|| format!("{} can't be packed", root.display()))?;
    let digest =
        Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    Ok(Source { archive, digest })
}
