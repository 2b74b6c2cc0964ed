//! tar, which makes the same archive of the same files (GNU tar; reproducible-builds.org, "Archive metadata").

use std::path::Path;

use super::program::{Call, Failure, Programs};

/// Packs files below `folder`, which may be many.
pub(crate) fn pack(programs: &dyn Programs, folder: &Path, files: &[String]) -> Result<Vec<u8>, Failure> {
    let names: Vec<u8> = files.iter().flat_map(|file| file.bytes().chain([0])).collect();
    let call = tar(folder).words(["--no-recursion", "--null", "--verbatim-files-from", "--files-from=-"]);
    Ok(call.stdin(names.into()).run(programs)?.stdout)
}

/// Packs everything below `folder` but git's own.
pub(crate) fn pack_all(programs: &dyn Programs, folder: &Path) -> Result<Vec<u8>, Failure> {
    Ok(tar(folder).words(["--exclude=./.git", "."]).run(programs)?.stdout)
}

fn tar(folder: &Path) -> Call {
    let same =
        ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rw,go-rwx"];
    Call::new("tar").folder(folder).words(["--create", "--file=-", "--format=gnu"]).words(same)
}
