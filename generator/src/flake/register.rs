//! The registration of one more host: the best place that takes it, with the proof that it is one.

use std::cell::OnceCell;

use super::{
    Form, Registration,
    by_hand::is_apart,
    entry::{
        self, Candidate, Origin,
        full::Full,
        passed::Passed,
        sibling::{self, Sibling},
    },
    files::{Edited, Planned},
    module,
    order::places,
    over,
    place::{
        Folder, Maker, Opening, Place, folder, hive, parts,
        via::{Via, made},
    },
    reach,
    reading::{Host, Reading},
    refusal::Refusal,
    unfound,
    verify::{
        Proof, elsewhere, read_of_all, registered, rekeyed, system,
        system::{System, asked_by},
        unfree, verify, will_be,
    },
};
use crate::{
    edit::{self, Entry, Site},
    error::{Error, Result},
    host_file::Needs,
    nix::{
        file::NixFile,
        follow::{DirEntry, Follower},
    },
    path::TreePath,
    settings,
};

/// The registration of a new host, or why there is no place for it.
pub(super) fn register(files: &Planned<'_>, host: &str) -> Result<Registration> {
    let reading = Reading::of(files, files)?;
    let registration = find_place(files, &reading, host)?;
    let own = |name| files.tree.settings().paths.host_files(name);
    // What another agent lacks, too, is none that is needed; and large trees have agents.
    if let Some(agent) = reading.hosts.iter().flatten().find(|it| it.is_agent()) {
        let own = files.read(&own(&agent.name).file);
        let needs = own.map(|own| Needs::of(&own)).unwrap_or_default();
        return Ok(Registration { needs, ..registration });
    }
    let system = registered(files, &reading, &registration, host);
    if let Some(at) = rekeyed::gives_all(files, &reading)
        && !rekeyed::has_its_module(files, &reading, system.as_ref())
        && !rekeyed::leaves_one_out(files, &reading)
    {
        return Err(Refusal::unrekeyed(&at));
    }
    if let Some((at, option)) = system.as_ref().and_then(|it| read_of_all::lacking(files, &reading, it)) {
        return Err(Refusal::without_option(&at, &option));
    }
    let follower = &reading.follower;
    let needs = Needs {
        default_release: system.as_ref().is_none_or(|it| it.may_say_release(follower, &own(host))),
        unfree: system.is_some_and(|it| unfree::is_left_to_each(files, &reading, &it, &own(host))),
    };
    Ok(Registration { needs, ..registration })
}

fn find_place(files: &Planned<'_>, reading: &Reading<'_>, host: &str) -> Result<Registration> {
    if let Some((place, there)) = reading.find(host) {
        return Err(Error::Conflict {
            message: format!("{}: {} is already there", place.term.file.location(&there.node), host),
            hint: "remove it, or take another name".into(),
        });
    }
    let paths = &files.tree.settings().paths;
    let (hosts, refusal) = (&paths.hosts, Refusal { host, paths, files, reading });
    let own = paths.host_files(host);
    let is_there = |path: &TreePath| will_be(&own, path) || files.is_there(path);
    // What another agent lacks, too, is none that is needed; and large trees have agents.
    let has_agents = reading.hosts.iter().flatten().any(Host::is_agent);
    if !has_agents && let Some((at, file)) = elsewhere::missing_for_all(files, reading, &own, &is_there) {
        return Err(refusal.without_file(at, &file));
    }
    if reading.places.folders.is_empty()
        && let Some(at) = reading.first_of_tests()
    {
        return Err(refusal.among_tests(at));
    }
    if let Some((place, folder)) = unfound::left_to_others(files, reading) {
        return Err(refusal.left_to_others(place, &folder));
    }
    if let Some(folder) = reading.places.folders.iter().find(|folder| folder.path == hosts.as_str()) {
        return by_folder(files, reading, folder, host);
    }
    if let Some((folder, reader)) =
        reading.places.modules.iter().find(|(folder, reader)| parts::has(folder, reader, hosts))
    {
        return Err(refusal.among_modules(folder, reader));
    }
    let unread = &reading.places.unreadable;
    if let Some(term) = unread.iter().find(|term| folder::mentions(&reading.follower, term, hosts.as_str())) {
        return Err(refusal.of_its_folder(term));
    }
    if let Some(registered) = module::register_loaded(files, reading, host) {
        return registered;
    }
    let places = places(files, reading);
    let mut refused = None;
    for (place, hosts) in &places {
        match at_place(files, reading, place, hosts, host) {
            Ok(registration) => return Ok(registration),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    match over::register(files, reading, host) {
        Some(Ok(registration)) => return Ok(registration),
        Some(Err(term)) => return Err(refused.unwrap_or_else(|| refusal.rewriting(term))),
        None => {}
    }
    if reading.places.is_empty()
        && let Some(sign) = unfound::for_others(files, reading)
    {
        return Err(refusal.unfound(sign));
    }
    let maker = reading
        .places
        .parts
        .iter()
        .find(|part| folder::may_register(&reading.follower, part, hosts.as_str()));
    if let Some(part) = maker {
        return Err(refusal.known_to(part));
    }
    if let Some(registered) = module::register(files, reading, host) {
        return registered;
    }
    // A flake that has hosts is not opened in another place.
    if reading.places.is_empty()
        && let Some(sign) = unfound::sign(files, reading)
    {
        return Err(refusal.unfound(sign));
    }
    if reading.places.is_open(is_apart(hosts.as_str())) {
        for Opening { term, set, prefix: opening } in &reading.places.openings {
            let site = Site::Set(set.clone());
            let place = Place {
                term: term.clone(),
                site,
                via: Via::Host,
                prefix: 0,
                opening,
                conditions: Vec::new(),
            };
            match at_place(files, reading, &place, &[], host) {
                Ok(registration) => return Ok(registration),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
    }
    Err(refused.unwrap_or_else(|| refusal.nowhere()))
}

/// The registration by a folder, whose hosts must be seen to need nothing that the new one lacks.
fn by_folder(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    folder: &Folder,
    host: &str,
) -> Result<Registration> {
    let paths = &files.tree.settings().paths;
    let (own, refusal) = (paths.host_files(host), Refusal { host, paths, files, reading });
    let refuse = |why: &str| refusal.of_folder(folder, why);
    if let Maker::Framework(framework) = &folder.maker {
        // It is where it is by default: a tree that has nothing of it keeps its hosts elsewhere.
        let is_folder = |path: &TreePath| path.under(files.tree.root()).is_dir();
        let above = paths.hosts.ancestors().next();
        if !is_folder(&paths.hosts) && above.is_some_and(|above| !is_folder(&above)) {
            return Err(refusal.without_folder(folder));
        }
        if !framework.passes_inputs || !framework.takes(&paths.host_file) {
            return Err(refusal.of_framework(folder, framework));
        }
        if !has_agents(files)
            && let Some(why) = asked_by(framework, &reading.follower, &own)
        {
            return Err(refuse(&why));
        }
    }
    if !files.is_there(&TreePath::literal(settings::FILE))
        && let Some(other) =
            reading.places.folders.iter().find(|other| other.is_as(folder, &reading.follower))
    {
        return Err(Refusal::between(folder, other));
    }
    // The new host's own file will be there.
    let file = NixFile::parse(&own.file, "{ }".into())?;
    let with_own = Edited { planned: files, files: std::slice::from_ref(&file), own: None };
    let follower = Follower::new(&with_own, &paths.flake);
    let entry = DirEntry::of_host(&paths.host_file, host);
    match folder::passes(&follower, &folder.conditions, &entry) {
        Some(true) => {}
        Some(false) => {
            let over = over::beside(files, reading, host).and_then(std::result::Result::ok);
            return over.ok_or_else(|| refuse(&format!("{host} is none of those that are taken")));
        }
        None => return Err(refuse("which of them are taken is not understood in full")),
    }
    if let Maker::Via(via) = &folder.maker {
        let made = made(&follower, via, &entry.name, &entry.kind());
        let (name, made) = made.ok_or_else(|| refuse("what makes a host of one can't be read"))?;
        if name != host {
            return Err(refuse(&format!("{host} would be the host {name}")));
        }
        let system = system(files, &follower, &made, host);
        if !system.readable && !has_agents(files) {
            return Err(refuse("what makes a host of one can't be read"));
        }
        let read = OnceCell::new();
        let others = || &**read.get_or_init(|| others(files, &follower, folder, via, &entry, host));
        let taken = || {
            let disks = system.has_disks_of(&|| &[], &follower, &own);
            disks.or_else(|| system.lacks_people(&follower, &others)).filter(|_| !has_agents(files))
        };
        if let Some(why) = system.lacks(&own).or_else(taken) {
            return Err(refuse(&why));
        }
    }
    let at = folder.reader.location();
    Ok(Registration {
        at,
        form: Form::Folder,
        file: None,
        importer: None,
        entry: String::new(),
        needs: Needs::default(),
    })
}

/// What the others of a folder come to, one more of which is `entry`.
fn others(
    files: &Planned<'_>,
    follower: &Follower<'_>,
    folder: &Folder,
    via: &Via,
    entry: &DirEntry,
    host: &str,
) -> Vec<System> {
    let entries = TreePath::new(&folder.path).map(|path| follower.entries(&path)).unwrap_or_default();
    let others = entries.into_iter().filter(|other| other.name != entry.name);
    let made = others.filter_map(|other| Some(made(follower, via, &other.name, &other.kind())?.1));
    made.map(|made| system(files, follower, &made, host)).collect()
}

/// Whether an agent lies among the hosts: what serves it serves another.
fn has_agents(files: &Planned<'_>) -> bool {
    !files.tree.agents().unwrap_or_default().is_empty()
}

/// The registration at one place, by the first entry that holds there.
pub(super) fn at_place(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    place: &Place,
    hosts: &[Host],
    host: &str,
) -> Result<Registration> {
    let file = &place.term.file;
    let own = files.tree.settings().paths.host_files(host);
    let reference = file.path().reference(&own.module());
    let (mut why, mut is_ours): (Option<Error>, bool) = (None, false);
    // An agent is like the new one: nothing more is to be known of it, nor of what others are passed.
    let siblings = hosts.iter().map(|host| {
        if host.is_agent() { Sibling::of(place, host) } else { Sibling::read(&reading.follower, place, host) }
    });
    let siblings = sibling::with_stems(siblings.collect());
    let is_beside = |it: &Place| hosts.is_empty() || std::ptr::eq(it, place);
    let beside = reading.each().filter(|(it, hosts)| is_beside(it) && !hosts.iter().any(Host::is_agent));
    let beside: Vec<_> =
        beside.flat_map(|(place, hosts)| hosts.iter().map(move |host| (place, host))).collect();
    // What makes media may make them otherwise.
    let is_ordinary =
        |(place, host): &(&Place, &Host)| Sibling::read(&reading.follower, place, host).is_ordinary();
    let ordinary: Vec<_> = beside.iter().copied().filter(is_ordinary).collect();
    let models = if ordinary.len() > 1 { ordinary } else { beside };
    let made = models
        .into_iter()
        .filter_map(|(place, host)| Some((Some(host.name.as_str()), reading.made(place, host)?)));
    let mut beside: Vec<_> = made.collect();
    if beside.is_empty() && matches!(place.site, Site::Over(_) | Site::Under(_)) {
        let (parts, hosts) = (&reading.places.parts, &files.tree.settings().paths.hosts);
        let made = reach::made(&reading.follower, parts, &place.term, hosts.as_str());
        let of_hive = hive::of_all(&reading.follower, &place.term);
        beside = made.into_iter().chain(of_hive).map(|made| (None, made)).collect();
    }
    if beside.is_empty() {
        beside = reading.unnamed(place).map(|made| (None, made)).collect();
    }
    let site = sibling::site(place, &siblings);
    let full = Full {
        follower: &reading.follower,
        place,
        siblings: &siblings,
        passed: Passed::of(&reading.follower, &beside, place, &own),
        host,
        folder: &reference,
        own: &own,
        flake: &files.tree.settings().paths.flake,
        maker: reading.maker(),
        has_own_file: false,
    };
    let prove = |written: Entry<'_>, origin: Origin| -> Result<_> {
        let edited = edit::insert_at(file, &site, written)?;
        let mut expected = reading.names();
        expected.push(host.to_owned());
        Ok((verify(files, std::slice::from_ref(&edited), expected, host, origin)?, edited))
    };
    let take = |Candidate { text, is_made, proof, origin }: &Candidate| -> Result<Registration> {
        let mut origin = *origin;
        let written = |text| if *is_made { Entry::New(text) } else { Entry::Copied(text) };
        if let Some(text) = proof {
            let (Proof::Holds(..), _) = prove(written(text), origin)? else {
                let message = "what the siblings say alike may be too much for a new host".into();
                return Err(Error::Unverified { path: file.path().clone(), message });
            };
            origin = Origin::Ours;
        }
        let mut proven = prove(written(text), origin)?;
        loop {
            match proven {
                (Proof::Holds(at, entry), edited) => {
                    let file = Some(edited);
                    return Ok(Registration {
                        at,
                        form: place.form(),
                        file,
                        importer: None,
                        entry,
                        needs: Needs::default(),
                    });
                }
                (Proof::Lighter(_, entry), _) => proven = prove(Entry::Copied(&entry), origin)?,
            }
        }
    };
    let is_one_of_several = |it: &Candidate| it.origin == Origin::Sibling;
    for candidates in entry::candidates(&full) {
        // Of several ways that each serve one host, the new one's is known if only one serves it, too.
        for ways in candidates.chunk_by(|one, other| is_one_of_several(one) && is_one_of_several(other)) {
            is_ours |= ways.iter().any(|it| it.origin == Origin::Ours);
            let mut taken = Vec::new();
            for way in ways {
                match take(way) {
                    Ok(registration) => taken.push(registration),
                    Err(error) => why = why.or(Some(error)),
                }
            }
            if let (Some(registration), true) = (taken.pop(), taken.is_empty()) {
                return Ok(registration);
            }
        }
    }
    Err(Refusal { host, paths: &files.tree.settings().paths, files, reading }.at_place(place, why, is_ours))
}

impl Place {
    /// Whether an entry is a host itself.
    pub(super) fn is_of_hosts(&self) -> bool {
        matches!(self.via, Via::Host)
    }

    /// Whether an entry may be what `nixosSystem` takes.
    pub(super) fn is_written_in_full(&self) -> bool {
        matches!(self.via, Via::Host | Via::Arguments(_))
    }

    fn form(&self) -> Form {
        match (&self.via, &self.site) {
            (Via::Host, Site::After(_)) => Form::Binding,
            (Via::Host, _) if !self.opening.is_empty() => Form::Binding,
            (Via::Host, _) => Form::Attribute,
            (Via::Mapped(..) | Via::Renamed(..) | Via::Said(_) | Via::Arguments(_), _) => Form::Arguments,
            (Via::Named(..), _) => Form::Name,
            (Via::Pair(_) | Via::Sets(_) | Via::Outputs(_), _) => Form::Item,
        }
    }
}
