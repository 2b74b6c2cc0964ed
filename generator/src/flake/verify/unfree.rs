//! Whether packages that aren't free are left to each host to allow: modules that come along with a new one may name some.

use super::{asked::Options, disks::loaded_by, others, system::System};
use crate::{
    flake::{files::Planned, reading::Reading},
    host_file::{ALLOW_UNFREE, HostFiles},
    path::TreePath,
};

/// Whether the `system` of a new host, whose own files are `own`, has modules of the flake and isn't seen to allow such packages,
/// while each of the others does.
pub(crate) fn is_left_to_each(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    system: &System,
    own: &HostFiles,
) -> bool {
    let (follower, [.., option]) = (&reading.follower, ALLOW_UNFREE);
    let by_own = loaded_by(follower, own);
    let is_own = |path: &TreePath| own.has(path.as_str()) || by_own.contains(path);
    let has_others = system.modules.iter().any(|it| !is_own(it.set.file.path()));
    if !system.readable || system.whole.has_packages || !has_others || files.all_with_word(option).is_empty()
    {
        return false;
    }
    let allows = |system: &System| {
        let options = Options::of(follower, &system.modules);
        options.known().is_said(&ALLOW_UNFREE)
    };
    let mut others = others(files, reading);
    !allows(system) && others.next().is_some_and(|first| allows(&first)) && others.all(|it| allows(&it))
}
