//! The order in which places are tried for one more host, and those that are none for others.

use std::{cmp::Reverse, collections::BTreeSet};

use super::{
    files::Planned,
    module,
    place::Place,
    reading::{Host, Reading},
};
use crate::{edit::Site, path::TreePath};

/// The places that one more host may be entered at, the best first: where agents are, then where machines as an agent's are,
/// then where most of them are of those that lie where the new one will, then of all.
pub(super) fn places<'a>(files: &Planned<'_>, reading: &'a Reading<'_>) -> Vec<(&'a Place, &'a [Host])> {
    let paths = &files.tree.settings().paths;
    let has_room = |place: &Place| !matches!(place.site, Site::Over(_));
    let mut places: Vec<_> = reading.each().filter(|(place, _)| has_room(place)).collect();
    let agents = |hosts: &[Host]| hosts.iter().any(Host::is_agent);
    let entries = files.tree.folder(&paths.hosts).unwrap_or_default();
    let is_beside = |host: &&Host| entries.contains(&paths.host_file.entry(&host.name));
    let beside = |there: &[Host]| there.iter().filter(is_beside).count();
    let like = |place: &Place, there: &[Host]| {
        there.iter().filter(|host| reading.is_like_agents(place, host)).count()
    };
    places.sort_by_cached_key(|(place, there)| {
        // Agents are as agents are: nothing is to be read of what stands beside them.
        let has_agents = agents(there);
        Reverse((has_agents, has_agents || like(place, there) > 0, beside(there), there.len()))
    });
    if is_scattered(reading) {
        // A group of some that is imported beside more of one each is no place for others.
        let alone = places.iter().filter(|(_, there)| there.len() == 1);
        let alone: usize = alone.map(|(place, there)| like(place, there)).sum();
        let is_group = |place: &Place, there: &[Host]| {
            like(place, there) <= alone && module::import(reading, place.term.file.path()).is_some()
        };
        places.retain(|(place, there)| {
            there.len() > 1 && reading.places.modules.is_empty() && !is_group(place, there)
        });
    }
    if registering_files(reading).len() > 1 {
        places.retain(|(place, there)| !is_of_one(place.term.file.path(), there));
    }
    places
}

/// The files that hosts are registered in.
fn registering_files<'a>(reading: &'a Reading<'_>) -> BTreeSet<&'a TreePath> {
    reading.places.found.iter().map(|place| place.term.file.path()).collect()
}

/// Whether a file, one of several, is called as one of the hosts that it registers, or lies in a folder that is: then no other belongs
/// into it.
fn is_of_one(path: &TreePath, hosts: &[Host]) -> bool {
    let parts = path.as_str().trim_end_matches(".nix").split('/');
    parts.into_iter().any(|part| hosts.iter().any(|host| host.name == part))
}

/// Whether most hosts have a module of their own: then the new one does not belong into another's.
pub(super) fn is_scattered(reading: &Reading<'_>) -> bool {
    if reading.places.modules.is_empty() && reading.places.parts.is_empty() {
        return false;
    }
    // A file of which one host alone is the first may be for all, unless it is called as that one.
    let is_alone = |(place, hosts): &(&Place, &[Host])| {
        hosts.is_empty()
            || hosts.len() == 1
                && (matches!(place.site, Site::After(_)) || is_of_one(place.term.file.path(), hosts))
    };
    let alone = reading.each().filter(is_alone).count();
    let most = alone * 2 > reading.hosts.len() || reading.hosts.is_empty();
    most && (!reading.places.modules.is_empty() || registering_files(reading).len() > 1)
}
