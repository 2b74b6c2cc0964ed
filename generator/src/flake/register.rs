//! The registration of one more host: the best place that takes it, with the proof that it is one.

use super::{
    Form, Registration,
    entry::{self, Candidate, Origin},
    files::{Edited, Planned},
    folder, module,
    place::{Place, Via},
    reading::{Host, Reading},
    system::System,
};
use crate::{
    edit::{self, Entry, Site},
    error::{Error, Location, Result},
    name::AgentName,
    nix::{file::NixFile, scope::unbound_names},
    path::TreePath,
};

/// The registration of a new host, or why there is no place for it.
pub(super) fn register(files: &Planned<'_>, host: &str) -> Result<Registration> {
    let reading = Reading::of(files, files)?;
    if let Some((place, there)) = reading.find(host) {
        return Err(Error::Conflict {
            message: format!("{}: {} is already there", place.term.file.location(&there.node), host),
            hint: "remove it, or take another name".into(),
        });
    }
    let hosts = &files.tree.settings().paths.hosts;
    if let Some((_, reader)) = reading.places.folders.iter().find(|(folder, _)| *folder == hosts.as_str()) {
        return Ok(Registration {
            at: reader.location(),
            form: Form::Folder,
            file: None,
            entry: String::new(),
        });
    }
    let unread = &reading.places.unreadable;
    if let Some(term) = unread.iter().find(|term| folder::mentions(&reading.follower, term, hosts.as_str())) {
        return Err(Error::NoPlace {
            at: term.location(),
            found: format!("hosts may be made here of the folders in {hosts}, by what is not written out"),
            by_hand: "if they are, the host's folder is enough: nothing else has to be added".into(),
        });
    }
    // First where agents are, then where most hosts are.
    let mut places: Vec<_> = reading.each().collect();
    let agents = |hosts: &[Host]| hosts.iter().any(|host| AgentName::of_host(&host.name).is_some());
    places.sort_by_key(|(_, hosts)| std::cmp::Reverse((agents(hosts), hosts.len())));
    if is_scattered(&reading) {
        places.clear();
    }
    let mut refusal = None;
    for (place, hosts) in &places {
        match at_place(files, &reading, place, hosts, host) {
            Ok(registration) => return Ok(registration),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    if let Some((folder, reader)) = reading.places.modules.first() {
        return module::register(files, folder, reader, host);
    }
    let openings = reading.places.openings.iter().filter(|_| unread.is_empty() || !places.is_empty());
    for (term, set, opening) in openings {
        let site = Site::Set(set.clone());
        let place = Place { term: term.clone(), site, via: Via::Host, prefix: 0, opening };
        match at_place(files, &reading, &place, &[], host) {
            Ok(registration) => return Ok(registration),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    Err(refusal.unwrap_or_else(|| refuse(files, &reading, host)))
}

/// The files must have the hosts that are expected, and no other.
pub(super) fn expect_names(edited: &NixFile, reading: &Reading<'_>, mut expected: Vec<String>) -> Result<()> {
    let there = reading.names();
    expected.sort();
    if there == expected {
        return Ok(());
    }
    Err(Error::Unverified {
        path: edited.path().clone(),
        message: format!("the hosts would be {}", there.join(", ")),
    })
}

/// Whether every host has a module of its own, in a folder of modules: then so does the new one.
fn is_scattered(reading: &Reading<'_>) -> bool {
    let hosts = &reading.hosts;
    !reading.places.modules.is_empty() && hosts.len() > 1 && hosts.iter().all(|hosts| hosts.len() == 1)
}

/// The registration at one place, by the first entry that holds there.
fn at_place(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    place: &Place,
    hosts: &[Host],
    host: &str,
) -> Result<Registration> {
    let file = &place.term.file;
    let reference = file.path().reference(&files.tree.settings().paths.host_module(host));
    let mut why = None;
    for candidate in entry::candidates(&reading.follower, place, hosts, host, &reference) {
        let Candidate { text, origin } = &candidate;
        let written = if *origin == Origin::Ours { Entry::New(text) } else { Entry::Copied(text) };
        let edited = edit::insert_at(file, &place.site, written)?;
        let mut expected = reading.names();
        expected.push(host.to_owned());
        match verify(files, &edited, expected, host, *origin) {
            Ok((at, entry)) => {
                return Ok(Registration { at, form: place.form(), file: Some(edited), entry });
            }
            Err(error) => why = why.or(Some(error)),
        }
    }
    let (found, by_hand) = match why {
        Some(why) => (format!("a new host would stand here, but {why}"), by_hand(host, &reference)),
        None => (
            "a new host would stand here, but neither `inputs` nor `self` is bound here to pass to its modules".into(),
            "bind them, as in `outputs = { self, ... }@inputs:`, then run this again".into(),
        ),
    };
    let at = place.site.syntax().map_or_else(|| Location::file(file.path()), |node| file.location(node));
    Err(Error::NoPlace { at, found, by_hand })
}

/// The edited file, followed again, must have the hosts of before and the new one, and the new one must be seen to
/// load its own files and to be passed what they take. Gives where it stands, and its text.
fn verify(
    files: &Planned<'_>,
    edited: &NixFile,
    expected: Vec<String>,
    host: &str,
    origin: Origin,
) -> Result<(Location, String)> {
    let overlay = Edited(files, edited);
    let reading = Reading::of(files, &overlay)?;
    expect_names(edited, &reading, expected)?;
    let unverified =
        |message: &str| Error::Unverified { path: edited.path().clone(), message: message.into() };
    let (place, entry) = reading.find(host).ok_or_else(|| unverified("the host is not found"))?;
    let at = place.term.file.location(&entry.node);
    let refuse = |found: String| Error::NoPlace { at: at.clone(), found, by_hand: String::new() };
    if let Some(name) = unbound_names(&entry.node).first() {
        return Err(refuse(format!("it mentions {name}, which is not bound here")));
    }
    let verified = (at.clone(), entry.node.text().to_string());
    if origin == Origin::Ours {
        return Ok(verified);
    }
    let paths = &files.tree.settings().paths;
    let (own, folder) = (paths.machine_folder(host).join(&paths.host_file), paths.machine_folder(host));
    let is_there = |path: &TreePath| *path == own || *path == folder || files.is_there(path);
    let made = reading.made(place, entry);
    let made = made.ok_or_else(|| refuse("what makes a host of it can't be read".into()))?;
    let system = System::of(&reading.follower, &made, &folder, &is_there);
    let why = if !system.readable {
        // What serves another agent serves this one, unless it is seen not to.
        if origin == Origin::Agent {
            return Ok(verified);
        }
        "what makes hosts here can't be read".to_owned()
    } else if !system.loads {
        format!("its modules don't have {folder}")
    } else if !system.missing.is_empty() {
        format!("it reads {}, which a new host doesn't have", system.missing.join(", "))
    } else if system.inputs != Some(true) {
        "its modules aren't seen to be passed `inputs` by specialArgs".to_owned()
    } else if system.platform == Some(false) {
        "it isn't told its platform by `system`".to_owned()
    } else {
        return Ok(verified);
    };
    Err(refuse(why))
}

fn by_hand(host: &str, reference: &str) -> String {
    format!(
        "add what makes {reference} the host {host}, passing `inputs` by specialArgs, then run this again"
    )
}

/// Why there is no place at all.
fn refuse(files: &Planned<'_>, reading: &Reading<'_>, host: &str) -> Error {
    let paths = &files.tree.settings().paths;
    let by_hand = by_hand(host, &paths.flake.reference(&paths.host_module(host)));
    if let Some((folder, reader)) = reading.places.folders.first() {
        return Error::NoPlace {
            at: reader.location(),
            found: format!(
                "hosts are read from the folder {folder}, and a new one would lie in {}",
                paths.hosts
            ),
            by_hand: format!(
                "set hosts = \"{folder}\" below [paths] of agent-tool.toml if hosts are folders there; else {by_hand}"
            ),
        };
    }
    let (at, found) = match reading.places.unreadable.first() {
        Some(term) => (
            term.location(),
            "nixosConfigurations may be made here, by an expression that is not written out",
        ),
        None => (Location::file(&paths.flake), "there is no nixosConfigurations in the outputs"),
    };
    Error::NoPlace { at, found: found.into(), by_hand }
}

impl Place {
    fn form(&self) -> Form {
        match (&self.via, &self.site) {
            (Via::Host, Site::After(_)) => Form::Binding,
            (Via::Host, _) if !self.opening.is_empty() => Form::Binding,
            (Via::Host, _) => Form::Attribute,
            (Via::Mapped(_) | Via::Arguments, _) => Form::Arguments,
            (Via::Named(_), _) => Form::Name,
            (Via::Pair(_) | Via::Sets(_), _) => Form::Item,
        }
    }
}
