//! Whether packages that aren't free are left to each host to allow: modules that come along with a new one may name some.

use super::{asked::Options, disks::of_its_own, others, system::System};
use crate::{
    flake::{files::Planned, reading::Reading},
    host_file::{ALLOW_UNFREE, HostFiles},
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
    if !system.readable || system.whole.has_packages {
        return false;
    }
    let is_own = of_its_own(follower, own);
    if system.modules.iter().all(is_own) || files.all_with_word(option).is_empty() {
        return false;
    }
    let allows = |system: &System| {
        let options = Options::of(follower, &system.modules);
        options.known().is_said(&ALLOW_UNFREE)
    };
    let mut others = others(files, reading);
    !allows(system) && others.next().is_some_and(|first| allows(&first)) && others.all(|it| allows(&it))
}
