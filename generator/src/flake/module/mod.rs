//! Hosts that are registered by a module of their own: in a folder of which every file is a module, or in a file that is
//! imported beside those of its siblings.

mod taken;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use rnix::{SyntaxNode, ast::AttrpathValue};
use rowan::ast::AstNode;

use self::{
    taken::takes,
    written::{Written, as_siblings, ours, ours_by},
};
use super::{
    Form, Registration,
    entry::{Origin, full::nixpkgs},
    files::Planned,
    place::{Place, folder::is_for_hosts, parts::Import},
    reading::{Host, Reading},
    refusal::Refusal,
    unfound::HOSTS,
    verify::{Proof, verify},
};
use crate::{
    edit::{self, Entry, Site},
    error::{Location, Result},
    host_file::Needs,
    nix::{
        file::NixFile,
        follow::{DirEntry, Follower, Term, Value},
    },
    path::TreePath,
    rename::rename,
};

/// Where a host's module goes.
struct Spot {
    /// Its file.
    path: TreePath,
    /// What makes a module of the file.
    at: Location,
    /// The file that imports it, once it does; nothing where a folder is read.
    importer: Option<NixFile>,
    /// Where hosts are in what it gives.
    output: &'static str,
}

/// Where hosts are in a module of flake-parts, and in outputs.
const OF_A_PART: &str = "flake.nixosConfigurations";

/// A host that has a file of its own to be registered in.
type Alone<'a> = (&'a Place, &'a Host);

/// The registration by a new module beside those that most hosts are registered in; nothing where there are none, or hosts
/// are registered otherwise.
pub(super) fn register(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    host: &str,
) -> Option<Result<Registration>> {
    let alone = reading.each().filter_map(|(place, hosts)| match hosts {
        [host] if !is_of_a_part(place, host) => Some((place, host)),
        _ => None,
    });
    let alone: Vec<Alone<'_>> = alone.collect();
    // Where others than machines as an agent's are imported is no place for one.
    let like: Vec<_> =
        alone.iter().copied().filter(|(place, it)| reading.is_like_agents(place, it)).collect();
    let like = if like.is_empty() { &alone } else { &like };
    let modules = &reading.places.modules;
    let spot = in_list(reading, like, host).or_else(|| in_folder(files, reading, &alone, modules, host))?;
    Some(spot.and_then(|spot| register_at(files, reading, &alone, &spot, host)))
}

/// The registration by a new file beside those that give a host each, where all files of a folder are loaded.
pub(super) fn register_loaded(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    host: &str,
) -> Option<Result<Registration>> {
    let loaded = &reading.places.loaded;
    let is_loaded = |place: &Place| loaded.iter().any(|(folder, _)| place.term.file.path().is_below(folder));
    // A file may give several of one machine.
    let of_files = reading.each().filter(|(place, _)| is_loaded(place));
    let alone: Vec<Alone<'_>> = of_files.filter_map(|(place, hosts)| Some((place, hosts.first()?))).collect();
    if alone.is_empty() {
        return None;
    }
    let spot = in_folder(files, reading, &alone, loaded, host)?;
    Some(spot.and_then(|spot| register_at(files, reading, &alone, &Spot { output: HOSTS, ..spot }, host)))
}

/// Whether a binding says something of a part of a host alone: `fleet.hosts.tower.module.users = …;`.
fn is_of_a_part(place: &Place, host: &Host) -> bool {
    let path = AttrpathValue::cast(host.node.clone()).and_then(|binding| binding.attrpath());
    path.is_some_and(|path| path.attrs().count() > place.prefix + 2)
}

/// What imports the module at `path` by that; nothing where its folder is read.
pub(super) fn import<'a>(reading: &'a Reading<'_>, path: &TreePath) -> Option<&'a Import> {
    reading.places.imports.iter().find(|import| import.file == *path)
}

/// The import of a sibling's module, as that of the new host's would be.
struct Beside<'a> {
    import: &'a Import,
    /// The file that the new host would be registered in.
    path: TreePath,
    /// The item that would import it.
    item: String,
}

impl Beside<'_> {
    fn node(&self) -> SyntaxNode {
        self.import.item.expr.syntax().clone()
    }
}

/// Beside the modules of siblings that a list imports by their paths: in the list that has the most.
fn in_list(reading: &Reading<'_>, alone: &[Alone<'_>], host: &str) -> Option<Result<Spot>> {
    let imports = alone.iter().flat_map(|(place, sibling)| {
        let path = place.term.file.path();
        let of_it = reading.places.imports.iter().filter(move |import| import.file == *path);
        of_it.filter_map(|import| {
            let item = import.item.expr.syntax().text().to_string();
            let (path, item) =
                (renamed(path, &sibling.name, host)?, rename(&item, &sibling.name, host, true));
            Some(Beside { import, path, item })
        })
    });
    let mut lists: Vec<Vec<Beside<'_>>> = Vec::new();
    for beside in imports {
        let is_its = |there: &&mut Vec<Beside<'_>>| {
            there.first().is_some_and(|other| other.node().parent() == beside.node().parent())
        };
        match lists.iter_mut().find(is_its) {
            Some(there) => there.push(beside),
            None => lists.push(vec![beside]),
        }
    }
    let mut siblings = lists.into_iter().max_by_key(Vec::len)?;
    siblings.sort_by_key(|beside| beside.node().text_range().start());
    let path = most(siblings.iter().map(|beside| beside.path.clone()))?;
    let item = most(siblings.iter().map(|beside| beside.item.clone()))?;
    let last = &siblings.last()?.import.item;
    let site = Site::After(siblings.iter().map(Beside::node).collect());
    let edited = edit::insert_at(&last.file, &site, Entry::Copied(&item));
    Some(edited.map(|file| Spot { path, at: last.location(), importer: Some(file), output: OF_A_PART }))
}

/// In the folder of modules that most hosts are registered in.
fn in_folder(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    alone: &[Alone<'_>],
    folders: &[(String, Term)],
    host: &str,
) -> Option<Result<Spot>> {
    let registered =
        |folder: &str| alone.iter().filter(|(place, _)| place.term.file.path().is_below(folder)).count();
    // Of folders with as many it is that which is called as those of hosts are, or has one that is, or the first.
    let has_hosts = |folder: &str, reader: &Term| {
        let folder = TreePath::new(folder).ok();
        folder.is_some_and(|folder| hosts_in(&reading.follower, &folder, reader).is_some())
    };
    let is_for_others = |folder: &str| {
        alone.is_empty() && !is_for_hosts(folder) && are_of_platforms(&reading.follower, folder)
    };
    let folders = folders.iter().rev().filter(|(folder, _)| !is_for_others(folder));
    let (folder, reader) = folders.max_by_key(|(folder, reader)| {
        (registered(folder), is_for_hosts(folder), has_hosts(folder, reader))
    })?;
    if !alone.is_empty() && registered(folder) == 0 {
        return None;
    }
    let below = alone.iter().filter(|(place, _)| place.term.file.path().is_below(folder));
    let as_siblings = most(below.filter_map(|(place, it)| renamed(place.term.file.path(), &it.name, host)));
    let at = reader.location();
    let refuse = |found| {
        Refusal { host, paths: &files.tree.settings().paths, files, reading }.as_module(at.clone(), found)
    };
    let Some(path) = as_siblings.or_else(|| place(&reading.follower, folder, reader, host)) else {
        return Some(Err(refuse("every file of the tree is a module: which is to register hosts?")));
    };
    // Only those in a folder of their own may be taken.
    let inside = path.as_str().strip_suffix(".nix").map(|path| format!("{path}/default.nix"));
    let paths = [Some(path), inside.and_then(|path| TreePath::new(path).ok())].into_iter().flatten();
    let taken = paths.into_iter().find(|path| takes(&reading.follower, reader, path) != Some(false));
    Some(match taken {
        Some(path) => Ok(Spot { path, at, importer: None, output: OF_A_PART }),
        None => Err(refuse("what reads the folder takes no file that is called as a new host")),
    })
}

/// Whether the modules in a folder, and what they import, say what a flake has for every platform, and nothing else.
fn are_of_platforms(follower: &Follower<'_>, folder: &str) -> bool {
    let Ok(folder) = TreePath::new(folder) else { return false };
    let files = follower.files_with_word(&folder, "");
    let says_no_more = |path: &TreePath| {
        let module = follower.file(path).map(|it| follower.body(&it));
        let names = module.as_ref().and_then(Value::set).map(|(term, set)| follower.names(term, set));
        names.is_some_and(|names| {
            names.iter().all(|(name, _)| matches!(name.as_str(), "imports" | "perSystem"))
        })
    };
    !files.is_empty() && files.iter().all(says_no_more)
}

/// `FOLDER/agent-NAME.nix`; below the folder of hosts in it where one is there and the folders below are read, too, as
/// theirs lie there: `FOLDER/00-hosts/agent-NAME/configuration.nix`.
fn place(follower: &Follower<'_>, folder: &str, reader: &Term, host: &str) -> Option<TreePath> {
    let folder = TreePath::new(folder).ok()?;
    let hosts = hosts_in(follower, &folder, reader);
    let theirs = hosts.as_ref().and_then(|hosts| file_in_each(follower, hosts, host));
    Some(match (hosts.unwrap_or(folder), theirs) {
        (folder, Some(file)) => folder.join(host).join(file),
        (folder, None) => folder.join(format_args!("{host}.nix")),
    })
}

/// The folder of hosts in one that is read, where the folders below it are, too.
fn hosts_in(follower: &Follower<'_>, folder: &TreePath, reader: &Term) -> Option<TreePath> {
    let is_deep = !reader.expr.syntax().text().to_string().contains("readDir");
    let is_of_hosts = |entry: &DirEntry| {
        entry.is_folder && entry.name.trim_start_matches(|c: char| !c.is_alphabetic()) == "hosts"
    };
    let hosts = follower.entries(folder).into_iter().find(is_of_hosts).filter(|_| is_deep)?;
    Some(folder.join(hosts.name))
}

/// The one file of Nix that is in each of the folders in `folder`, as it is called for `host` where each has the name of its
/// folder; nothing where more are, or something else lies there.
fn file_in_each(follower: &Follower<'_>, folder: &TreePath, host: &str) -> Option<String> {
    let entries = follower.entries(folder);
    let files = entries.iter().map(|entry| {
        let below = folder.join(&entry.name);
        let is_read = |it: &DirEntry| below.join(&it.name).has_extension("nix") && !it.name.starts_with('_');
        let files = follower.entries(&below).into_iter().filter(is_read);
        files.map(|it| rename(&it.name, &entry.name, host, true)).collect::<BTreeSet<_>>()
    });
    let mut common = files.reduce(|common, next| &common & &next)?.into_iter();
    common.next().filter(|_| common.next().is_none())
}

/// The path that is to `host` what `path` is to a sibling; nothing where that is not in it.
fn renamed(path: &TreePath, sibling: &str, host: &str) -> Option<TreePath> {
    let renamed = rename(path.as_str(), sibling, host, true);
    (renamed != path.as_str()).then(|| TreePath::new(renamed).ok())?
}

/// What there is most often; of several the last.
fn most<T: Ord>(all: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(one, _)| one)
}

fn register_at(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    alone: &[Alone<'_>],
    spot: &Spot,
    host: &str,
) -> Result<Registration> {
    let path = &spot.path;
    let paths = &files.tree.settings().paths;
    let refuse = |found: &str| Refusal { host, paths, files, reading }.as_module(spot.at.clone(), found);
    if files.is_there(path) {
        return Err(refuse(&format!("{path} is there already")));
    }
    if *path == paths.host_files(host).file {
        let found = format!("{path} would register the host, and be the host");
        return Err(refuse(&found));
    }
    let nixpkgs = nixpkgs(&reading.follower, &paths.flake);
    let ours = match reading.maker() {
        Some(maker) => ours_by(files, spot, host, maker),
        None => nixpkgs.map(|nixpkgs| ours(files, spot, host, &nixpkgs)),
    };
    let ours = ours.map(|text| Written::new(text, Origin::Ours));
    let mut why = None;
    let holds = |text: &str, origin: Origin| -> Result<_> {
        let mut expected = reading.names();
        expected.push(host.to_owned());
        let mut text = text.to_owned();
        loop {
            let file = NixFile::parse(path, text.clone())?;
            let edited: Vec<_> = [file.clone()].into_iter().chain(spot.importer.clone()).collect();
            match verify(files, &edited, expected.clone(), host, origin)? {
                Proof::Holds(..) => return Ok((file, text)),
                Proof::Lighter(entry, lighter) => {
                    let lighter = text.replacen(&entry, &lighter, 1);
                    text = nixfmt_rs::format(&lighter).unwrap_or(lighter);
                }
            }
        }
    };
    for Written { text, proof, origin } in
        as_siblings(files, reading, alone, spot, host).into_iter().chain(ours)
    {
        let proven = proof.map_or(Ok(()), |proof| holds(&proof, Origin::Siblings).map(|_| ()));
        match proven.and_then(|()| holds(&text, origin)) {
            Ok((file, text)) => {
                let (at, importer) = (Location::file(path), spot.importer.clone());
                return Ok(Registration {
                    at,
                    form: Form::Module,
                    file: Some(file),
                    importer,
                    entry: text,
                    needs: Needs::default(),
                });
            }
            Err(error) => why = Some(error),
        }
    }
    let found = match why {
        Some(why) => format!("a new host's module would be {path}, but {why}"),
        None => "which input is nixpkgs can't be told".into(),
    };
    Err(refuse(&found))
}
