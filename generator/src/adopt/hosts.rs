//! Where a flake keeps the files of its hosts: around what is read for one host alone, and in folders called as hosts
//! are; and what most of them call their own file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use rnix::ast::PathRel;
use rowan::ast::AstNode;

use super::detect::HOMES;
use crate::{
    error::Result,
    flake::{self, Planned, Survey},
    host_file::HostFile,
    path::TreePath,
    tree::Tree,
};

/// Where hosts lie.
#[derive(Debug)]
pub(super) struct Hosts {
    /// The folder in which each has one of its own.
    pub(super) folder: TreePath,
    /// Where most have their own file.
    pub(super) file: HostFile,
}

/// What each host alone is seen to read.
type Own = BTreeMap<String, BTreeSet<TreePath>>;

/// How many folders deep hosts are looked for by their names.
const DEPTH: usize = 4;

/// What people call a host's own file.
const FILES: [&str; 3] = ["config.nix", "configuration.nix", "default.nix"];

/// What people call folders of what is no machine of its own.
const OTHERS: [&str; 6] = ["users", "containers", "docker", "microvms", "vms", "guests"];

/// What a new folder of hosts may be called, the first as it is by default.
const FOLDERS: [&str; 3] = ["hosts", "machines", "agents"];

/// What hosts run on.
const PLATFORMS: [&str; 4] = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];

/// What people call those of their folders of hosts in which agents' machines would lie, beside others for other platforms.
const LIKE_AGENTS: [&str; 3] = ["linux", "x86_64", "x86_64-linux"];

/// What the folders of hosts that agents' machines aren't like are called by.
const ELSEWHERE: [&str; 4] = ["aarch64", "armv", "riscv64", "darwin"];

/// What speaks for a folder, the strongest first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Votes {
    /// The hosts that are seen to read something below their own name there, or of which nothing is seen, and a folder has
    /// their name there.
    named: usize,
    /// The hosts that read something that lies there, by whatever name.
    other: usize,
}

/// Where most hosts lie, which may be the root; nothing where none is seen to lie anywhere.
pub(super) fn find(tree: &Tree, survey: &Survey) -> Result<Option<Hosts>> {
    let mut all = flake::own_files(&Planned::none(tree))?;
    // Outputs that are merged of those for each platform are found by its name.
    all.retain(|host, _| !PLATFORMS.contains(&host.as_str()));
    let is_loaded = |path: &TreePath| survey.loaded.iter().any(|folder| path.is_below(folder));
    for paths in all.values_mut() {
        paths.retain(|path| !is_loaded(path));
    }
    let like_agents = flake::like_agents(&Planned::none(tree))?;
    let mut own = all.clone();
    own.retain(|host, _| !survey.names.contains_key(host) || like_agents.contains(host));
    let votes = votes(tree, survey, &all);
    let most = votes.values().map(|votes| votes.named.max(votes.other)).max();
    if at_root(tree, &all) > most.unwrap_or_default() {
        let folder = TreePath::ROOT;
        let is_free = !survey.modules.contains(folder.as_str());
        // What media call their file there says nothing of that of others.
        return Ok(is_free.then(|| Hosts { file: file(tree, survey, &own, &folder), folder }));
    }
    // Where only boards and guests lie is no place for others than these.
    let like = self::votes(tree, survey, &own);
    // What registers hosts may lie in a folder, and their modules in another.
    let mut modules = own.clone();
    for paths in modules.values_mut() {
        paths.retain(|path| !survey.makers.contains(path));
    }
    let of_modules = self::votes(tree, survey, &modules);
    // People keep their homes and their guests by the names of hosts, too. Of two folders that are as likely it is the first.
    let likely = |(folder, votes): &(&TreePath, &Votes)| {
        let is_like = like.contains_key(folder);
        let is_for_hosts = flake::is_for_hosts(folder.as_str());
        (!is_of_others(folder), is_like, **votes, is_for_hosts, of_modules.get(*folder).copied())
    };
    let are_homes =
        |folder: &TreePath| folder.as_str().rsplit('/').next().is_some_and(|it| HOMES.contains(&it));
    let hosts = votes.iter().rev().filter(|(folder, _)| !are_homes(folder));
    let best = hosts.max_by_key(likely).map(|(folder, _)| folder.clone());
    // Of folders for several platforms, that of what agents' machines are.
    let mut read: Vec<_> =
        survey.folders.iter().filter_map(|folder| TreePath::new(folder.as_str()).ok()).collect();
    read.sort_by_key(|folder| !folder.as_str().contains("x86_64"));
    // Among modules of the flake, a host would be taken for one.
    let is_free = |folder: &TreePath| {
        let mut above = folder.ancestors().chain([folder.clone()]);
        !above.any(|above| survey.modules.contains(above.as_str()))
    };
    let folder = best.or(read.into_iter().next()).or_else(|| with_hardware(tree)).filter(is_free);
    // Where hosts' own folder is one of modules, too, theirs is another.
    let others = FOLDERS.map(TreePath::literal);
    let folder = folder.or_else(|| match others.iter().position(is_free) {
        Some(0) | None => None,
        Some(other) => others.get(other).cloned(),
    });
    Ok(folder.map(|folder| Hosts { file: file(tree, survey, &all, &folder), folder }))
}

fn votes(tree: &Tree, survey: &Survey, all: &Own) -> BTreeMap<TreePath, Votes> {
    let folders_of = |host: &str, own: &[&TreePath]| -> [BTreeSet<TreePath>; 2] {
        let named = own.iter().filter_map(|path| Some(named(path, host)?.0));
        let around = own.iter().filter_map(|path| around(path, host, all));
        [named.collect(), around.collect()]
    };
    let are_none = |folders: &[BTreeSet<TreePath>; 2]| folders.iter().all(BTreeSet::is_empty);
    let read = all.iter().map(|(host, own)| (host, folders_of(host, &own.iter().collect::<Vec<_>>())));
    let read: Vec<_> = read.collect();
    // What registers or makes a host says where it lies only if it lies nowhere else.
    let is_made_only = |host: &str| {
        let modules = all.get(host).into_iter().flatten().filter(|path| !survey.makers.contains(*path));
        are_none(&folders_of(host, &modules.collect::<Vec<_>>()))
    };
    let called = called(tree, &all.keys().map(|host| host.to_lowercase()).collect());
    let mut votes: BTreeMap<TreePath, Votes> = BTreeMap::new();
    for (host, folders) in read {
        let of_it = called.iter().filter(|(name, _)| host.to_lowercase() == *name).map(|(_, folder)| folder);
        let is_sure = |folder: &&TreePath| {
            are_none(&folders) || flake::is_for_hosts(folder.as_str()) && !is_of_others(folder)
        };
        let lying: Vec<_> = of_it.filter(is_sure).filter(|_| is_made_only(host)).collect();
        let [named, others] =
            if lying.is_empty() { folders } else { [lying.into_iter().cloned().collect(), BTreeSet::new()] };
        for folder in named.into_iter().filter(|folder| !folder.is_root()) {
            votes.entry(folder).or_default().named += 1;
        }
        for folder in others {
            votes.entry(folder).or_default().other += 1;
        }
    }
    // What one host alone reads may be anything, and where it lies itself no other does.
    votes.retain(|folder, votes| {
        let is_for_hosts = flake::is_for_hosts(name(folder)) || is_for_a_platform(folder);
        votes.named > 0 || votes.other > 1 || is_for_hosts && !is_of_one(tree, folder)
    });
    votes
}

/// Whether a folder is called as those of what is no machine of its own, or has another platform.
fn is_of_others(folder: &TreePath) -> bool {
    let is_elsewhere = |part: &str| ELSEWHERE.iter().any(|platform| part.contains(platform));
    let mut parts = folder.as_str().split('/');
    parts.any(|part| HOMES.contains(&part) || OTHERS.contains(&part) || is_elsewhere(part))
}

/// How many hosts are seen to read something by their own name at the root of the tree, or, where nothing is seen by that,
/// have a folder there, be it by another name where others have theirs there.
fn at_root(tree: &Tree, all: &Own) -> usize {
    let is_at_root =
        |path: &TreePath, host: &str| named(path, host).is_some_and(|(above, _)| above.is_root());
    let lies_there = |host: &str| host.len() > 1 && holds_a_host(&tree.root().join(host));
    let are_named = |host: &str, own: &BTreeSet<TreePath>| own.iter().any(|path| named(path, host).is_some());
    let by_name = |host: &str, own: &BTreeSet<TreePath>| {
        // A folder that is called as those of hosts are may be theirs.
        let lies_at_root =
            own.iter().any(|path| is_at_root(path, host)) || !are_named(host, own) && lies_there(host);
        lies_at_root && !flake::is_for_hosts(host)
    };
    let by_looks = |host: &str, own: &BTreeSet<TreePath>| {
        let mut folders = own.iter().flat_map(|path| [path.clone(), path.parent()]);
        !are_named(host, own)
            && folders.any(|it| !it.is_root() && it.parent().is_root() && is_of_one(tree, &it))
    };
    let named = all.iter().filter(|(host, own)| by_name(host, own)).count();
    let others = all.iter().filter(|(host, own)| !by_name(host, own) && by_looks(host, own)).count();
    // What only one has there may be anything.
    if named + others > 1 { named + others } else { named }
}

/// Whether a folder is that of a single host, by its looks: what its hardware is lies there, beside its own file.
fn is_of_one(tree: &Tree, folder: &TreePath) -> bool {
    let folder = folder.under(tree.root());
    FILES.iter().any(|file| folder.join(file).is_file()) && nix_files(&folder).any(|it| is_of_hardware(&it))
}

/// The folder above what of `path` is called as the host, and what is below that; the innermost such folder, or else
/// the file: `hosts` and `configuration.nix` of `hosts/tower/configuration.nix`, `hosts` of `hosts/tower.nix`.
fn named(path: &TreePath, host: &str) -> Option<(TreePath, String)> {
    let parts: Vec<_> = path.as_str().split('/').collect();
    let is = |part: &str| part.eq_ignore_ascii_case(host);
    let index = parts.iter().rposition(|part| is(part));
    let index = index.or_else(|| {
        let file = parts.last()?.strip_suffix(".nix")?;
        is(file).then(|| parts.len() - 1)
    })?;
    let (above, below) = parts.split_at_checked(index)?;
    Some((TreePath::new(above.join("/")).unwrap_or(TreePath::ROOT), below.get(1..)?.join("/")))
}

/// The folder that the folder of a host lies in, as `path` is read for it; or that its file lies in, where others' do
/// or the folder is called as those of hosts are.
fn around(path: &TreePath, host: &str, all: &Own) -> Option<TreePath> {
    let folder = path.ancestors().next()?;
    let is_of =
        |path: &TreePath| path.has_extension("nix") && path.ancestors().next().as_ref() == Some(&folder);
    let is_beside = || all.iter().any(|(other, own)| other != host && own.iter().any(is_of));
    let is_folder = !path.has_extension("nix");
    let is_for_hosts = || flake::is_for_hosts(name(&folder)) || is_for_a_platform(&folder);
    if is_folder || !FILES.contains(&name(path)) && (is_for_hosts() || is_beside()) {
        Some(folder)
    } else {
        folder.ancestors().next()
    }
}

/// Whether a folder of hosts is the one for an agent's platform.
fn is_for_a_platform(folder: &TreePath) -> bool {
    LIKE_AGENTS.contains(&name(folder)) && flake::is_for_hosts(name(&folder.parent()))
}

/// The folders in which there is one that is called as one of `hosts` and says more of it than what its hardware is; each
/// with the name, in small letters: some write a host's name with capitals, and its folder without.
fn called(tree: &Tree, hosts: &BTreeSet<String>) -> Vec<(String, TreePath)> {
    let folders = entries(tree).filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_one = entry.file_type().is_dir() && hosts.contains(&name) && holds_a_host(entry.path());
        let folder = below(tree, entry.path().parent()?).filter(|_| is_one)?;
        Some((name, folder))
    });
    folders.collect()
}

/// The folder with most hosts by their looks, of those that are called as folders of hosts are: folders with a file on
/// their hardware beside their own.
fn with_hardware(tree: &Tree) -> Option<TreePath> {
    let is_of_one = |folder: &Path| below(tree, folder).is_some_and(|folder| is_of_one(tree, &folder));
    let hosts = entries(tree).filter(|entry| entry.file_type().is_dir() && is_of_one(entry.path()));
    let mut folders: BTreeMap<TreePath, usize> = BTreeMap::new();
    let named = named_in_part(tree);
    let above = |entry: walkdir::DirEntry| {
        // A host may have its own modules in a folder of them.
        let folder = entry.path().parent()?;
        let folder = below(tree, if entry.file_name() == "modules" { folder.parent()? } else { folder })?;
        // So it has where the folder itself is one of several.
        Some(if named.contains(&folder.parent()) { folder.parent() } else { folder })
    };
    for folder in hosts.filter_map(above) {
        *folders.entry(folder).or_default() += 1;
    }
    // Modules for what hosts run on are called so, too.
    let is_of_modules = |folder: &TreePath| folder.as_str().ends_with("modules/nixos");
    let is_called_so = |folder: &TreePath| folder.as_str().split(['-', '_', '/']).any(flake::is_for_hosts);
    folders.retain(|folder, _| is_called_so(folder) && !is_of_modules(folder));
    folders.into_iter().max_by_key(|(_, count)| *count).map(|(folder, _)| folder)
}

/// The folders of which Nix files name what lies in some folder in them: `hosts` of `./hosts/${name}/default.nix`.
fn named_in_part(tree: &Tree) -> BTreeSet<TreePath> {
    let files = entries(tree).filter(|entry| entry.file_type().is_file());
    let files = files.filter_map(|entry| below(tree, entry.path())).filter(|path| path.has_extension("nix"));
    let folders = tree.each_nix(&files.collect::<Vec<_>>(), |path, file| {
        let paths =
            file.map(|file| file.syntax().descendants().filter_map(PathRel::cast).collect::<Vec<_>>());
        let folder = |it: PathRel| {
            let text = it.syntax().text().to_string();
            let (above, below) = text.split_once("${")?;
            let rest = below.split_once("}/").filter(|(_, rest)| !rest.contains("${"));
            let is_in_part = above.ends_with('/') && rest.is_some();
            Some(path.resolve(&format!("{above}_")).filter(|_| is_in_part)?.parent())
        };
        paths.unwrap_or_default().into_iter().filter_map(folder).collect::<Vec<_>>()
    });
    folders.into_iter().flatten().collect()
}

/// The last part of a path.
fn name(path: &TreePath) -> &str {
    path.as_str().rsplit_once('/').map_or(path.as_str(), |(_, name)| name)
}

/// What is in the tree, but for what is hidden.
fn entries(tree: &Tree) -> impl Iterator<Item = walkdir::DirEntry> {
    let walk = walkdir::WalkDir::new(tree.root()).min_depth(1).max_depth(DEPTH).sort_by_file_name();
    let visible = |entry: &walkdir::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    walk.into_iter().filter_entry(visible).filter_map(std::result::Result::ok)
}

fn below(tree: &Tree, folder: &Path) -> Option<TreePath> {
    TreePath::new(folder.strip_prefix(tree.root()).ok()?.to_str()?).ok()
}

/// Whether a file in a folder says more of a host than what its hardware is.
fn holds_a_host(folder: &Path) -> bool {
    // A flake of its own is registered in no other.
    !folder.join("flake.nix").is_file() && nix_files(folder).any(|name| !is_of_hardware(&name))
}

/// The names of the Nix files in a folder.
fn nix_files(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok);
    let files =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "nix"));
    files.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
}

fn is_of_hardware(name: &str) -> bool {
    ["hardware", "disk"].iter().any(|part| name.starts_with(part))
}

/// Where most hosts have their own file: beside their folders where more are read there than lie in folders, or else
/// by the usual name that most have, and by what is read for most where they have neither.
fn file(tree: &Tree, survey: &Survey, all: &Own, hosts: &TreePath) -> HostFile {
    // What registers hosts says nothing of what is in them.
    let registers = |path: &TreePath| survey.names.values().any(|at| at.path == *path);
    // What is all that lies where hosts of a platform do is a host.
    let is_alone = |path: &TreePath| {
        is_for_a_platform(hosts) && tree.folder(hosts).is_ok_and(|names| names.iter().eq([name(path)]))
    };
    // Some call their files otherwise than the hosts. What an only host reads may be anything.
    let unnamed = |path: &TreePath| {
        // At the root lies what is for all, too.
        let lies_there = path.has_extension("nix") && path.parent() == *hosts && !hosts.is_root();
        let is_own = lies_there && !FILES.contains(&name(path)) && !is_of_hardware(name(path));
        (is_own && (all.len() > 1 || is_alone(path))).then_some(HostFile::Beside)
    };
    let read = all.iter().map(|(host, own)| {
        let others = own.iter().filter(|path| !registers(path));
        (
            host,
            others.filter_map(|path| own_file(tree, host, path, hosts).or_else(|| unnamed(path))).collect(),
        )
    });
    let read: BTreeMap<&String, BTreeSet<HostFile>> = read.collect();
    let mut counted: BTreeMap<HostFile, usize> = BTreeMap::new();
    for file in read.values().flatten() {
        *counted.entry(file.clone()).or_default() += 1;
    }
    let beside = counted.remove(&HostFile::Beside).unwrap_or_default();
    let mut folders = tree.folder(hosts).unwrap_or_default();
    if hosts.is_root() {
        folders.retain(|name| all.keys().any(|host| host.eq_ignore_ascii_case(name)));
    }
    let is_own = |path: &TreePath| tree.has(path) && !registers(path);
    let having = |file: &'static str| folders.iter().filter(move |name| is_own(&hosts.join(name).join(file)));
    // What registers hosts by that name would be theirs.
    let is_taken = |file: &&str| !folders.iter().any(|name| registers(&hosts.join(name).join(*file)));
    let most = FILES.into_iter().filter(is_taken).max_by_key(|file| having(file).count());
    let most = most.unwrap_or("default.nix");
    let lies_in_one = |name: &&String| {
        let files = read.iter().find(|(host, _)| host.eq_ignore_ascii_case(name));
        files.is_some_and(|(_, files)| !files.contains(&HostFile::Beside))
    };
    let in_folders = having(most).filter(lies_in_one).count();
    // What its hardware is may lie in its folder even so.
    let says_more = |file: &HostFile| matches!(file, HostFile::Inside(file) if !is_of_hardware(name(file)));
    let others = counted.iter().filter(|(file, _)| says_more(file)).map(|(_, count)| *count);
    if beside > others.fold(in_folders, usize::max) {
        return HostFile::Beside;
    }
    let of_most = if having(most).count() == 0 { the_most(counted) } else { None };
    // What is all of its hardware is not all of a host.
    let of_most = of_most.filter(says_more);
    of_most.unwrap_or_else(|| HostFile::Inside(TreePath::literal(most)))
}

/// What `path`, read for a host, says of where those in `hosts` have their own file.
fn own_file(tree: &Tree, host: &str, path: &TreePath, hosts: &TreePath) -> Option<HostFile> {
    let (above, below) = named(path, host)?;
    (above == *hosts).then_some(())?;
    let Ok(below) = TreePath::new(below) else {
        return path.has_extension("nix").then_some(HostFile::Beside);
    };
    let is_of_others = below.as_str().split('/').any(|part| HOMES.contains(&part) || OTHERS.contains(&part));
    let is_home = ["home", "hm"].iter().any(|it| name(&below).starts_with(it));
    let file = if tree.has(&path.join("default.nix")) { below.join("default.nix") } else { below };
    (file.has_extension("nix") && !is_home && !is_of_others).then_some(HostFile::Inside(file))
}

/// What there is most of; nothing where that is not one.
fn the_most(counted: BTreeMap<HostFile, usize>) -> Option<HostFile> {
    let most = counted.values().copied().max()?;
    let mut best = counted.into_iter().filter(|(_, count)| *count == most);
    let (file, _) = best.next().filter(|_| best.next().is_none())?;
    Some(file)
}
