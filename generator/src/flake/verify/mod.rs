//! The proof that an edit registers a new host: its files are followed again as they would be.

pub(super) mod along;
pub(super) mod asked;
pub(super) mod by_default;
pub(super) mod disks;
pub(super) mod doubts;
pub(super) mod elsewhere;
pub(super) mod homes;
pub(super) mod in_use;
pub(super) mod loaded;
pub(super) mod missing;
pub(super) mod overlays;
pub(super) mod own_options;
pub(super) mod people;
pub(super) mod read_of_all;
pub(super) mod reads;
pub(super) mod rekeyed;
pub(super) mod sops;
pub(super) mod system;
pub(super) mod undeclared;
pub(super) mod unfree;

use std::cell::OnceCell;

use self::{along::Along, missing::unmade, system::System};
use crate::{
    error::{Error, Location, Result},
    flake::{
        Registration,
        entry::Origin,
        files::{Edited, Planned},
        place::{Maker, via::made},
        reading::Reading,
    },
    host_file::HostFiles,
    nix::{
        file::NixFile,
        follow::{DirEntry, Follower, Value},
        scope::unbound_names,
    },
    path::TreePath,
};

/// What following the edited files again gives.
pub(super) enum Proof {
    /// The entry holds: where it stands, and its text.
    Holds(Location, String),
    /// It takes a module along that may be too much for the new host: its text, and what it is without that.
    Lighter(String, String),
}

/// The edited files, followed again, must have the hosts of before and the new one, and the new one must be seen to
/// load its own files and to be passed what they take.
pub(super) fn verify(
    files: &Planned<'_>,
    edited: &[NixFile],
    expected: Vec<String>,
    host: &str,
    origin: Origin,
) -> Result<Proof> {
    let paths = &files.tree.settings().paths;
    let own = Some(paths.host_files(host).file);
    let overlay = Edited { planned: files, files: edited, own };
    let reading = Reading::of(files, &overlay)?;
    let path = edited.first().map_or(&paths.flake, NixFile::path);
    expect_names(path, &reading, expected)?;
    let unverified = |message: &str| Error::Unverified { path: path.clone(), message: message.into() };
    let (place, entry) = reading.find(host).ok_or_else(|| unverified("the host is not found"))?;
    let at = place.term.file.location(&entry.node);
    let refuse = |found: String| Error::NoPlace { at: at.clone(), found, by_hand: String::new() };
    if let Some(name) = unbound_names(&entry.node).first() {
        return Err(refuse(format!("it mentions {name}, which is not bound here")));
    }
    let verified = Proof::Holds(at.clone(), entry.node.text().to_string());
    if reading.is_taken(place, entry) != Some(true) {
        return Err(refuse("which entries become hosts is not understood in full".into()));
    }
    let own = paths.host_files(host);
    let is_there = |path: &TreePath| will_be(&own, path) || files.is_there(path);
    if let Some(file) = unmade(&reading.follower, place, entry, &is_there).filter(|_| origin != Origin::Agent)
    {
        return Err(refuse(format!("it names {file}, which is not there")));
    }
    let made = reading.made(place, entry);
    let others = || {
        let all = reading.each().flat_map(|(place, hosts)| hosts.iter().map(move |host| (place, host)));
        let others = all.filter(|(_, other)| other.name != host);
        others.filter_map(|(place, host)| reading.made(place, host)).collect::<Vec<_>>()
    };
    if origin != Origin::Agent
        && let Some(made) = &made
    {
        let along = Along {
            follower: &reading.follower,
            own: &own,
            is_there: &is_there,
            file: &place.term.file,
            entry: &entry.node,
            others: &others,
        };
        let entry = &entry.node;
        if let Some(lighter) = along.lighter(made) {
            return Ok(Proof::Lighter(entry.text().to_string(), lighter));
        }
    }
    if origin == Origin::Ours {
        // What is loaded for all may ask each for what it says.
        let asked = made.and_then(|made| system(files, &reading.follower, &made, host).asks());
        return asked.map_or(Ok(verified), |why| Err(refuse(why)));
    }
    if let Some(argument) = reading.lacking(place, entry).filter(|_| origin != Origin::Agent) {
        return Err(refuse(format!("what makes a host of it asks for `{argument}`")));
    }
    let made = made.ok_or_else(|| refuse("what makes a host of it can't be read".into()))?;
    let system = system(files, &reading.follower, &made, host);
    if !system.readable {
        // What serves another agent serves this one, unless it is seen not to.
        return if origin == Origin::Agent {
            Ok(verified)
        } else {
            Err(refuse("what makes hosts here can't be read".into()))
        };
    }
    let elsewhere = || elsewhere::missing(&reading, place, &paths.flake, &own, &is_there);
    match system.lacks(&own).or_else(|| elsewhere().map(|it| format!("another output reads {it} for it"))) {
        Some(why) => Err(refuse(why)),
        None if system.homes_of_others() && origin != Origin::Agent => {
            Err(refuse("it gives homes to people whom a new host doesn't have".into()))
        }
        None if origin == Origin::Agent => Ok(verified),
        None => {
            let of = |made: &Value| System::of(&reading.follower, made, &own, &is_there);
            let read = OnceCell::new();
            let others = || &**read.get_or_init(|| others().iter().map(of).collect::<Vec<_>>());
            let disks = system.has_disks_of(&others, &reading.follower, &own);
            let why = disks.or_else(|| system.lacks_people(&reading.follower, &others));
            why.map_or(Ok(verified), |why| Err(refuse(why)))
        }
    }
}

/// What the hosts come to that are there.
pub(super) fn others<'a>(
    files: &'a Planned<'_>,
    reading: &'a Reading<'_>,
) -> impl Iterator<Item = System> + 'a {
    let hosts = reading.each().flat_map(|(place, hosts)| hosts.iter().map(move |host| (place, host)));
    hosts.filter_map(|(place, host)| {
        let own = files.tree.settings().paths.host_files(&host.name);
        let made = reading.made(place, host)?;
        Some(System::of(&reading.follower, &made, &own, &|path| files.is_there(path)))
    })
}

/// The files must have the hosts that are expected, and no other.
pub(super) fn expect_names(
    edited: &TreePath,
    reading: &Reading<'_>,
    mut expected: Vec<String>,
) -> Result<()> {
    let there = reading.names();
    expected.sort();
    if there == expected {
        return Ok(());
    }
    let some = |names: &[String], others: &[String]| {
        let mut names = names.iter().filter(|name| !others.contains(name)).map(String::as_str);
        let first: Vec<_> = names.by_ref().take(3).collect();
        match (first.is_empty(), names.count()) {
            (true, _) => None,
            (false, 0) => Some(first.join(", ")),
            (false, more) => Some(format!("{} and {more} more", first.join(", "))),
        }
    };
    let times = |names: &[String], name: &String| names.iter().filter(|&other| other == name).count();
    let changed = there.iter().find(|&name| times(&there, name) != times(&expected, name));
    let changed = changed.filter(|name| expected.contains(name));
    let changed = changed.map(|name| format!("{name} would be there {} times", times(&there, name)));
    let message = changed.unwrap_or_else(|| {
        let lacking = some(&expected, &there).map(|it| format!("{it} would not be seen among the hosts"));
        let others = some(&there, &expected).map(|it| format!("there would be the hosts {it}"));
        lacking.into_iter().chain(others).collect::<Vec<_>>().join(", and ")
    });
    Err(Error::Unverified { path: edited.clone(), message })
}

/// What `made`, the new host, is seen to be, with its own files where they will be.
pub(super) fn system(files: &Planned<'_>, follower: &Follower<'_>, made: &Value, host: &str) -> System {
    let own = files.tree.settings().paths.host_files(host);
    let is_there = |path: &TreePath| will_be(&own, path) || files.is_there(path);
    System::of(follower, made, &own, &is_there)
}

/// What a new host comes to, as it was registered; nothing where that can't be read.
pub(super) fn registered(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    registration: &Registration,
    host: &str,
) -> Option<System> {
    let paths = &files.tree.settings().paths;
    let edited: Vec<_> = registration.file.iter().chain(&registration.importer).cloned().collect();
    if edited.is_empty() {
        let folder = reading.places.folders.iter().find(|folder| folder.path == paths.hosts.as_str())?;
        let Maker::Via(via) = &folder.maker else { return None };
        let entry = DirEntry::of_host(&paths.host_file, host);
        let (_, made) = made(&reading.follower, via, &entry.name, &entry.kind())?;
        return Some(system(files, &reading.follower, &made, host));
    }
    let overlay = Edited { planned: files, files: &edited, own: Some(paths.host_files(host).file) };
    let reading = Reading::of(files, &overlay).ok()?;
    let (place, entry) = reading.find(host)?;
    Some(system(files, &reading.follower, &reading.made(place, entry)?, host))
}

/// Whether the new host's file will be at `path`, or below it.
pub(super) fn will_be(own: &HostFiles, path: &TreePath) -> bool {
    own.file == *path || own.file.ancestors().any(|above| above == *path)
}
