//! What a flake says of its hosts beside how each is registered: their names, and which files are whose.

use std::collections::{BTreeMap, BTreeSet};

use rnix::ast::{BinOpKind, Expr};
use rowan::ast::AstNode;

use super::{
    files::Planned,
    place::{Folder, Maker, Place, folder, via::made},
    reading::{Host, Reading},
};
use crate::{
    error::{Location, Result},
    nix::follow::{DirEntry, Follower, Term, Value},
    path::TreePath,
};

/// What is known of a flake's hosts.
#[derive(Debug, Default)]
pub struct Survey {
    /// The names that are written out, with where each is.
    pub names: BTreeMap<String, Location>,
    /// The files that hosts are registered in, or are made in: those are no modules of theirs.
    pub makers: BTreeSet<TreePath>,
    /// The place of most of them; nothing when none is written out.
    pub place: Option<Location>,
    /// The folders that the flake reads its hosts from.
    pub folders: BTreeSet<String>,
    /// The folders of which every file is a module of the flake, or is loaded by it.
    pub modules: BTreeSet<String>,
    /// The folders of which every file registers hosts, and is none.
    pub loaded: BTreeSet<String>,
}

/// Looks at a flake's hosts, also where not all of them can be read.
pub fn survey(files: &Planned<'_>) -> Result<Survey> {
    let reading = Reading::of(files, files)?;
    let mut survey = Survey::default();
    let mut most = 0;
    for (place, hosts) in reading.each() {
        let file = &place.term.file;
        survey.names.extend(hosts.iter().map(|host| (host.name.clone(), file.location(&host.node))));
        survey.makers.insert(file.path().clone());
        survey.makers.extend(hosts.iter().flat_map(|host| makers(&reading, place, host)));
        if hosts.len() >= most {
            most = hosts.len();
            survey.place = place.site.syntax().map(|node| file.location(node));
        }
    }
    survey.folders = reading.places.folders.iter().map(|folder| folder.path.clone()).collect();
    survey.loaded = reading.places.loaded.iter().map(|(folder, _)| folder.clone()).collect();
    survey.modules = reading.places.modules.iter().map(|(folder, _)| folder.clone()).collect();
    survey.modules.extend(survey.loaded.iter().cloned());
    survey.folders.extend(reading.places.hints.iter().map(|(folder, _)| folder.clone()));
    Ok(survey)
}

/// The names of the hosts that agents' machines are like: of their platform, no media, no guests.
pub fn like_agents(files: &Planned<'_>) -> Result<BTreeSet<String>> {
    let reading = Reading::of(files, files)?;
    let all = reading.each().flat_map(|(place, hosts)| hosts.iter().map(move |host| (place, host)));
    let like = all.filter(|(place, host)| reading.is_like_agents(place, host));
    Ok(like.map(|(_, host)| host.name.clone()).collect())
}

/// The files that a host is made in.
fn makers(reading: &Reading<'_>, place: &Place, host: &Host) -> Vec<TreePath> {
    let made = reading.made(place, host).and_then(|made| reading.follower.body(&made).innermost());
    let terms = made.into_iter().flat_map(|made| [made.bodies(), vec![made]].concat());
    terms.map(|term| term.file.path().clone()).collect()
}

/// The files and folders that each host alone is seen to read, by its name: what its entry names, and what makes a host
/// of it, without what others name, too.
pub fn own_files(files: &Planned<'_>) -> Result<BTreeMap<String, BTreeSet<TreePath>>> {
    let reading = Reading::of(files, files)?;
    let mut all = of_entries(&reading);
    for folder in &reading.places.folders {
        for (host, named) in of_folders(&reading.follower, folder) {
            all.entry(host).or_default().extend(named);
        }
    }
    let mut hosts: BTreeMap<TreePath, usize> = BTreeMap::new();
    for path in all.values().flatten() {
        *hosts.entry(path.clone()).or_default() += 1;
    }
    for named in all.values_mut() {
        named.retain(|path| hosts.get(path) == Some(&1));
    }
    Ok(all)
}

/// What the hosts read whose entries are written out, the files with these among it.
fn of_entries(reading: &Reading<'_>) -> BTreeMap<String, BTreeSet<TreePath>> {
    let mut all: BTreeMap<String, BTreeSet<TreePath>> = BTreeMap::new();
    for (place, hosts) in reading.each() {
        for host in hosts {
            let named = all.entry(host.name.clone()).or_default();
            named.insert(place.term.file.path().clone());
            let item = Expr::cast(host.node.clone()).into_iter();
            for part in host.node.children().filter_map(Expr::cast).chain(item) {
                name(&reading.follower, &place.term.with(part), named);
            }
            if let Some(made) = reading.made(place, host) {
                name_in_bodies(&reading.follower, &made, named);
            }
        }
    }
    all
}

/// What the hosts read that are the entries of a folder.
fn of_folders(follower: &Follower<'_>, folder: &Folder) -> BTreeMap<String, BTreeSet<TreePath>> {
    let Ok(path) = TreePath::new(folder.path.as_str()) else { return BTreeMap::new() };
    let via = match &folder.maker {
        Maker::Via(via) => via,
        Maker::Framework(framework) if framework.takes_files => return of_files(follower, &path),
        Maker::Framework(_) => return BTreeMap::new(),
    };
    let is_host = |entry: &DirEntry| folder::passes(follower, &folder.conditions, entry) != Some(false);
    let hosts = follower.entries(&path).into_iter().filter(is_host).map(|entry| {
        let mut named = BTreeSet::from([path.join(&entry.name)]);
        let made = made(follower, via, &entry.name, &entry.kind());
        if let Some((_, made)) = &made {
            name_in_bodies(follower, made, &mut named);
        }
        (made.map_or(entry.name, |(host, _)| host), named)
    });
    hosts.collect()
}

/// What the hosts read of which a framework takes the folders in one and the files beside them.
fn of_files(follower: &Follower<'_>, folder: &TreePath) -> BTreeMap<String, BTreeSet<TreePath>> {
    let entries = follower.entries(folder).into_iter();
    let host = |entry: &DirEntry| {
        if entry.is_folder {
            Some(entry.name.clone())
        } else {
            Some(entry.name.strip_suffix(".nix")?.to_owned())
        }
    };
    entries.filter_map(|entry| Some((host(&entry)?, BTreeSet::from([folder.join(entry.name)])))).collect()
}

/// What the functions name that were applied to make a host, as it is for that host.
fn name_in_bodies(follower: &Follower<'_>, made: &Value, named: &mut BTreeSet<TreePath>) {
    let made = follower.body(made);
    for body in made.innermost().iter().flat_map(Term::bodies) {
        name(follower, &body, named);
    }
}

/// The files and folders that an expression names by paths, where they are there.
fn name(follower: &Follower<'_>, term: &Term, named: &mut BTreeSet<TreePath>) {
    let is_path = |expr: &Expr| match expr {
        Expr::PathRel(_) | Expr::Str(_) => true,
        Expr::BinOp(it) => it.operator() == Some(BinOpKind::Add),
        _ => false,
    };
    for expr in term.expr.syntax().descendants().filter_map(Expr::cast).filter(is_path) {
        let place = follower.place(&Value::Term(term.with(expr)));
        let path = place.and_then(|place| TreePath::new(place).ok());
        named.extend(path.filter(|path| follower.is_there(path)));
    }
}
