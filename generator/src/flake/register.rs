//! The registration of one more host: the best place that takes it, with the proof that it is one.

use std::{cmp::Reverse, collections::BTreeSet};

use rnix::ast::AttrpathValue;
use rowan::ast::AstNode;
use similar::{ChangeTag, TextDiff};

use super::{
    Form, Registration,
    entry::{self, Candidate, Origin},
    files::{Edited, Planned},
    folder,
    full::{self, Full},
    module,
    place::{Folder, Opening, Place, Places},
    reading::{Host, Reading},
    sibling::Sibling,
    system::System,
    via::{Via, made},
};
use crate::{
    edit::{self, Entry, Site},
    error::{Error, Location, Result},
    name::AgentName,
    nix::{
        file::NixFile,
        find::keys,
        follow::{Follower, Value},
        scope::unbound_names,
    },
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
    let paths = &files.tree.settings().paths;
    let hosts = &paths.hosts;
    if let Some(folder) = reading.places.folders.iter().find(|folder| folder.path == hosts.as_str()) {
        return by_folder(files, &reading, folder, host);
    }
    if let Some((folder, reader)) = reading.places.modules.iter().find(|(folder, _)| contains(folder, hosts))
    {
        return Err(Error::NoPlace {
            at: reader.location(),
            found: format!(
                "every file below {folder} is a module of the flake, and hosts would lie in {hosts}"
            ),
            by_hand: "set `hosts` below [paths] of agent-tool.toml to a folder elsewhere".into(),
        });
    }
    let unread = &reading.places.unreadable;
    if let Some(term) = unread.iter().find(|term| folder::mentions(&reading.follower, term, hosts.as_str())) {
        return Err(Error::NoPlace {
            at: term.location(),
            found: format!("hosts may be made here of what lies in {hosts}, by what is not written out"),
            by_hand: by_folder_or_hand(files, host),
        });
    }
    // First where agents are, then where most hosts are of those that lie where the new one will, then of all.
    let mut places: Vec<_> = reading.each().collect();
    let agents = |hosts: &[Host]| hosts.iter().any(|host| AgentName::of_host(&host.name).is_some());
    let beside = files.tree.folder(&paths.hosts).unwrap_or_default();
    let beside = |there: &[Host]| there.iter().filter(|host| beside.contains(&host.name)).count();
    places.sort_by_key(|(_, there)| Reverse((agents(there), beside(there), there.len())));
    if is_scattered(&reading) {
        places.retain(|(_, there)| there.len() > 1 && reading.places.modules.is_empty());
    }
    let mut refusal = None;
    for (place, hosts) in &places {
        match at_place(files, &reading, place, hosts, host) {
            Ok(registration) => return Ok(registration),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    let computed =
        reading.places.computed.iter().filter(|_| unread.is_empty() && reading.places.folders.is_empty());
    for term in computed {
        let site = Site::Over(term.expr.syntax().clone());
        let place = Place { term: term.clone(), site, via: Via::Host, prefix: 0, opening: "" };
        let Ok(registration) = at_place(files, &reading, &place, &[], host) else { continue };
        if registration.file.as_ref().is_some_and(|after| rewrites(&term.file, after)) {
            return Err(Error::NoPlace {
                at: term.location(),
                found: "a new host would be merged over what is computed here, whose lines would all be indented anew"
                    .into(),
                by_hand: by_hand(host, &reference_from_flake(files, host)),
            });
        }
        return Ok(registration);
    }
    if let Some((folder, reader)) = reading.places.modules.first() {
        return module::register(files, folder, reader, host);
    }
    let maker = reading
        .places
        .parts
        .iter()
        .find(|part| folder::may_register(&reading.follower, part, hosts.as_str()));
    if let Some(part) = maker {
        return Err(Error::NoPlace {
            at: part.location(),
            found: format!("this module knows the folder {hosts}, and may make hosts of what lies there"),
            by_hand: by_folder_or_hand(files, host),
        });
    }
    if let Some(at) = bound_elsewhere(files, &reading) {
        return Err(Error::NoPlace {
            at,
            found:
                "nixosConfigurations is bound here, but not by what the flake's outputs are seen to come to"
                    .into(),
            by_hand: by_hand(host, &reference_from_flake(files, host)),
        });
    }
    let is_open = |opening: &&Opening| unread.is_empty() || !places.is_empty() || opening.merges;
    for opening in reading.places.openings.iter().filter(is_open) {
        let Opening { term, set, prefix: opening, .. } = opening;
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

/// The registration by a folder, whose hosts must be seen to need nothing that the new one lacks.
fn by_folder(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    folder: &Folder,
    host: &str,
) -> Result<Registration> {
    let at = folder.reader.location();
    let paths = &files.tree.settings().paths;
    let own_folder = paths.machine_folder(host);
    let refuse = |why: String| {
        let found = format!("the hosts are the folders of {}, but {why}", folder.path);
        let by_hand = by_hand(host, &reference_from_flake(files, host));
        let by_hand = format!(
            "change what is read there so that {own_folder} is a host, then run this again; or {by_hand}"
        );
        Error::NoPlace { at: at.clone(), found, by_hand }
    };
    // A framework's folder is where it is by default: a tree that has nothing of it keeps its hosts elsewhere.
    let is_folder = |path: &TreePath| path.under(files.tree.root()).is_dir();
    let above = paths.hosts.ancestors().next();
    if folder.via.is_none() && !is_folder(&paths.hosts) && above.is_some_and(|above| !is_folder(&above)) {
        let found = format!("hosts would be the folders of {}, and there is no such folder", paths.hosts);
        let by_hand = format!("make {} if hosts are to lie there, then run this again", paths.hosts);
        return Err(Error::NoPlace { at, found, by_hand });
    }
    // The new host's own file will be there.
    let with_own = Edited(files, &NixFile::parse(&own_folder.join(&paths.host_file), "{ }".into())?);
    let follower = Follower::new(&with_own, &paths.flake);
    match folder::passes(&follower, &folder.conditions, host) {
        Some(true) => {}
        Some(false) => return Err(refuse(format!("{host} is none of those that are taken"))),
        None => return Err(refuse("which of them are taken is not understood in full".into())),
    }
    if let Some(via) = &folder.via {
        let made = made(&reading.follower, via, host, &Value::Text("directory".into()));
        let (name, made) = made.ok_or_else(|| refuse("what makes a host of one can't be read".into()))?;
        if name != host {
            return Err(refuse(format!("{host} would be the host {name}")));
        }
        let system = system(files, reading, &made, host);
        if !system.readable && !has_agents(files) {
            return Err(refuse("what makes a host of one can't be read".into()));
        }
        if let Some(why) = system.lacks(&own_folder) {
            return Err(refuse(why));
        }
    }
    Ok(Registration { at, form: Form::Folder, file: None, entry: String::new() })
}

/// Whether an agent lies among the hosts: what serves it serves another.
fn has_agents(files: &Planned<'_>) -> bool {
    let there = files.tree.folder(&files.tree.settings().paths.hosts).unwrap_or_default();
    there.iter().any(|name| AgentName::of_host(name).is_some())
}

fn contains(folder: &str, path: &TreePath) -> bool {
    path.as_str() == folder || path.ancestors().any(|above| above.as_str() == folder)
}

/// Where flake.nix binds `nixosConfigurations` though nothing was found that makes hosts: they may be another flake's.
fn bound_elsewhere(files: &Planned<'_>, reading: &Reading<'_>) -> Option<Location> {
    let Places { found, unreadable, folders, .. } = &reading.places;
    if !(found.is_empty() && unreadable.is_empty() && folders.is_empty()) {
        return None;
    }
    let flake = files.read(&files.tree.settings().paths.flake).ok()?;
    let mut bindings = flake.syntax().descendants().filter_map(AttrpathValue::cast);
    let binding =
        bindings.find(|it| keys(it).iter().any(|key| key.as_deref() == Some("nixosConfigurations")))?;
    Some(flake.location(binding.syntax()))
}

/// Whether most hosts have a module of their own: then the new one does not belong into another's.
fn is_scattered(reading: &Reading<'_>) -> bool {
    let files: BTreeSet<_> = reading.places.found.iter().map(|place| place.term.file.path()).collect();
    let alone = reading.hosts.iter().filter(|hosts| hosts.len() <= 1).count();
    let most = alone * 2 > reading.hosts.len() || reading.hosts.is_empty();
    most && (!reading.places.modules.is_empty() || files.len() > 1)
}

/// Whether `after`, formatted as `before` was, has other lines in the place of more than the one that goes on.
fn rewrites(before: &NixFile, after: &NixFile) -> bool {
    let formatted = edit::format_like(before.path(), before.text(), after.text()).ok().flatten();
    let diff = TextDiff::from_lines(before.text(), formatted.as_deref().unwrap_or(after.text()));
    diff.iter_all_changes().filter(|change| change.tag() == ChangeTag::Delete).count() > 1
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
    let (mut why, mut is_ours) = (None, false);
    let siblings: Vec<_> = hosts.iter().map(|host| Sibling::of(place, host)).collect();
    let full = Full {
        follower: &reading.follower,
        place,
        siblings: &siblings,
        host,
        folder: &reference,
        flake: &files.tree.settings().paths.flake,
    };
    for candidate in entry::candidates(&full) {
        let Candidate { text, is_made, origin } = &candidate;
        is_ours |= *origin == Origin::Ours;
        let written = if *is_made { Entry::New(text) } else { Entry::Copied(text) };
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
    let unbound = matches!(place.via, Via::Host) && !is_ours;
    let (found, by_hand) = match why {
        Some(why) if unbound => (
            format!("a new host would stand here, but written as its siblings, {why}; in full it can't be, as `inputs` is not bound here"),
            bind_inputs(place),
        ),
        Some(why) => (format!("a new host would stand here, but {why}"), by_hand(host, &reference)),
        None if !matches!(place.via, Via::Host | Via::Arguments) => (
            "a new host would stand here, but no two entries are alike: what it needs can't be told".into(),
            by_hand(host, &reference),
        ),
        None => (
            "a new host would stand here, but neither `inputs` nor `self` is bound here to pass to its modules".into(),
            bind_inputs(place),
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
    if let Some(argument) = reading.lacking(place, entry).filter(|_| origin != Origin::Agent) {
        return Err(refuse(format!("what makes a host of it asks for `{argument}`")));
    }
    let made = reading.made(place, entry);
    let made = made.ok_or_else(|| refuse("what makes a host of it can't be read".into()))?;
    let system = system(files, &reading, &made, host);
    if !system.readable {
        // What serves another agent serves this one, unless it is seen not to.
        return if origin == Origin::Agent {
            Ok(verified)
        } else {
            Err(refuse("what makes hosts here can't be read".into()))
        };
    }
    match system.lacks(&files.tree.settings().paths.machine_folder(host)) {
        Some(why) => Err(refuse(why)),
        None if system.homes_of_others() && origin == Origin::Siblings => {
            Err(refuse("it gives homes to people whom a new host doesn't have".into()))
        }
        None => Ok(verified),
    }
}

/// What `made`, the new host, is seen to be, with its own files where they will be.
fn system(files: &Planned<'_>, reading: &Reading<'_>, made: &Value, host: &str) -> System {
    let paths = &files.tree.settings().paths;
    let folder = paths.machine_folder(host);
    let own = folder.join(&paths.host_file);
    let is_there = |path: &TreePath| *path == own || *path == folder || files.is_there(path);
    System::of(&reading.follower, made, &folder, &is_there)
}

/// How `inputs` is to be bound by hand.
fn bind_inputs(place: &Place) -> String {
    let pattern = place.site.syntax().and_then(full::with_inputs_bound);
    let pattern = pattern.unwrap_or_else(|| "{ self, ... }@inputs:".into());
    format!("write `outputs = {pattern}` and pass `inputs` on to where hosts are made, then run this again")
}

/// What is to be written by hand, in full.
fn by_hand(host: &str, reference: &str) -> String {
    format!(
        "add to nixosConfigurations, by `// {{ … }}` where it is computed: {host} = inputs.nixpkgs.lib.nixosSystem {{ system = \"x86_64-linux\"; \
         modules = [ {reference} ]; specialArgs = {{ inherit inputs; }}; }}; then run this again"
    )
}

/// What is to be done where a folder may or may not be enough.
fn by_folder_or_hand(files: &Planned<'_>, host: &str) -> String {
    let paths = &files.tree.settings().paths;
    let by_hand = by_hand(host, &reference_from_flake(files, host));
    format!(
        "look whether a folder {} makes a host, and is passed `inputs`: then nothing has to be added; else {by_hand}",
        paths.hosts.join(host)
    )
}

/// The new host's own file, as flake.nix refers to it.
fn reference_from_flake(files: &Planned<'_>, host: &str) -> String {
    let paths = &files.tree.settings().paths;
    paths.flake.reference(&paths.host_module(host))
}

/// Why there is no place at all.
fn refuse(files: &Planned<'_>, reading: &Reading<'_>, host: &str) -> Error {
    let paths = &files.tree.settings().paths;
    let by_hand = by_hand(host, &reference_from_flake(files, host));
    let folders = reading.places.folders.iter().map(|folder| (&folder.path, &folder.reader));
    let hints = reading.places.hints.iter().map(|(folder, reader)| (folder, reader));
    if let Some((folder, reader)) = folders.chain(hints).next() {
        return Error::NoPlace {
            at: reader.location(),
            found: if folder == paths.hosts.as_str() {
                format!("the folder {folder} is read here, by what isn't understood in full")
            } else {
                format!("hosts are read from the folder {folder}, and a new one would lie in {}", paths.hosts)
            },
            by_hand: format!(
                "set hosts = \"{folder}\" below [paths] of agent-tool.toml if hosts are folders there; else {by_hand}"
            ),
        };
    }
    if let Some(place) = reading.places.found.first() {
        return Error::NoPlace {
            at: place.term.location(),
            found: "each host is registered in a file of its own".into(),
            by_hand: format!(
                "register {host} as {} does its own, in a file that is imported where that one is",
                place.term.file.path()
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
            (Via::Named(..), _) => Form::Name,
            (Via::Pair(_) | Via::Sets(_), _) => Form::Item,
        }
    }
}
