//! What a flake that isn't one of agents yet says of itself: where its hosts lie, who administers it, which domain.

use std::{collections::BTreeSet, fs, path::Path};

use super::{
    BASE,
    hosts::{self, Hosts},
    read::Read,
};
use crate::{
    error::{Error, Location, Result},
    flake::{self, APART, Form, Planned, Registration},
    guide,
    nix::find::{AttrPath, find},
    nix::literal,
    path::TreePath,
    settings::{FILE, HostName, Paths, Settings, UserName},
    tree::Tree,
};

/// What could be read.
#[derive(Debug, Default)]
pub struct Detected {
    /// Where things lie; by default, where nothing is there.
    pub paths: Paths,
    /// The domain that a host says it is in.
    pub domain: Option<HostName>,
    /// The first user who is in `wheel`.
    pub admin_user: Option<UserName>,
    /// Where git pushes the tree to, as a flake reference.
    pub flake: Option<String>,
    /// A folder for agents alone, which the flake doesn't read.
    pub aside: Option<TreePath>,
}

/// The folders that people keep the homes of home-manager in.
pub(super) const HOMES: [&str; 4] = ["home-manager", "home", "homes", "modules/home-manager"];

/// The names that people give the rules of agenix.
pub(super) const RULES: [&str; 2] = ["secrets.nix", "secrets/secrets.nix"];

impl Detected {
    /// Reads the flake at `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let tree = Tree::with_settings(root, unknown()?)?;
        let first = |names: &[&'static str]| {
            let there = names.iter().find(|name| tree.root().join(name).exists());
            there.map(|name| TreePath::literal(name))
        };
        let mut paths = Paths::default();
        let survey = flake::survey(&Planned::none(&tree))?;
        if let Some(Hosts { folder, file }) = hosts::find(&tree, &survey)? {
            paths.hosts = folder;
            paths.host_file = file;
            paths.base = paths.host_files(BASE).file;
        }
        paths.homes = first(&HOMES).unwrap_or(paths.homes);
        paths.rules = first(&RULES).unwrap_or(paths.rules);
        paths.guide = guide_of(&tree).unwrap_or(paths.guide);
        let (domain, admin_user) = facts(&tree, &paths);
        let read = Read::of(&tree, &survey);
        set_apart(root, &mut paths, &read, !(survey.names.is_empty() && survey.folders.is_empty()));
        let aside = APART.map(TreePath::literal).into_iter().find(|folder| read.taking(folder).is_none());
        set_aside(&mut paths, &read, aside.as_ref())?;
        Ok(Self { paths, domain, admin_user, flake: pushed_to(tree.root()), aside })
    }

    /// The settings, with what could not be read as it is in an example.
    pub fn settings(&self) -> Result<Settings> {
        let mut settings = unknown()?;
        settings.paths = self.paths.clone();
        if let Some(domain) = &self.domain {
            settings.domain = domain.clone();
        }
        if let Some(user) = &self.admin_user {
            settings.admin_user = user.clone();
        }
        Ok(settings)
    }
}

/// Gives the hosts of agents a folder of their own, where there is no place for one more of a module alone among those
/// that are there, but for one that lies apart.
fn set_apart(root: &Path, paths: &mut Paths, read: &Read, has_hosts: bool) {
    let register = |paths: &Paths| {
        let tree = Tree::with_settings(root, Settings { paths: paths.clone(), ..unknown()? })?;
        flake::register(&Planned::none(&tree), BASE)
    };
    if !matches!(register(paths), Err(Error::NoPlace { .. } | Error::Unverified { .. })) {
        return;
    }
    let is_free = |folder: &TreePath| read.taking(folder).is_none() && !folder.under(root).exists();
    let Some(folder) = APART.map(TreePath::literal).into_iter().find(is_free) else { return };
    let mut apart = Paths { hosts: folder, ..paths.clone() };
    apart.base = apart.host_files(BASE).file;
    // Where no host is seen, none is opened a place for only because it lies apart.
    let is_among_hosts = |it: &Registration| has_hosts || it.form != Form::Binding;
    match register(&apart) {
        Ok(it) if is_among_hosts(&it) => *paths = apart,
        // What a new host would break wherever it lies is what there is to say of it.
        Err(Error::Conflict { .. }) => *paths = apart,
        _ => {}
    }
}

/// Moves what the flake would take for something of its own, where it lies, to a folder that is not read.
fn set_aside(paths: &mut Paths, read: &Read, aside: Option<&TreePath>) -> Result<()> {
    let free = |name: &str| aside.map(|folder| folder.join(name)).ok_or_else(|| nowhere(read));
    let folders = [(&mut paths.modules, "modules"), (&mut paths.users, "users"), (&mut paths.homes, "homes")];
    for (path, name) in folders {
        if read.may_take(path) {
            *path = free(name)?;
        }
    }
    // Secrets are no modules: what reads them is seen, and names them by the rules beside them.
    if read.taking(&paths.secrets).is_some() && !paths.rules.is_below(paths.secrets.as_str()) {
        paths.secrets = free("secrets")?;
    }
    // At the root, what they share would lie beside everything else.
    if paths.hosts.is_root() || read.may_take(&paths.hosts) {
        paths.shared_host = Some(free("machine.nix")?);
    }
    Ok(())
}

/// Why there is no folder for agents alone.
fn nowhere(read: &Read) -> Error {
    let flake = TreePath::literal("flake.nix");
    let [first, second] = APART;
    let reader = read.taking(&TreePath::literal(first)).and_then(|(_, reader)| reader.cloned());
    Error::NoPlace {
        at: reader.unwrap_or_else(|| Location::file(&flake)),
        found: format!(
            "what lies in {first} or {second} is read here, too: the files that agents share would be taken for the \
             flake's own"
        ),
        by_hand: format!("have it read another folder, or all but {first}, then run this again"),
    }
}

/// The settings of a flake of which nothing is known.
const UNKNOWN: &str = r#"
domain = "example.org"
mail-host = "mail.example.org"
login-server = "https://headscale.example.org"
admin-user = "admin"
flake = "."

[vm]
image-dir = "~/.agentvms"
first-ssh-port = 2223
first-spice-port = 5900
memory-gib = 4
vcpus = 2
"#;

fn unknown() -> Result<Settings> {
    Settings::parse(&TreePath::literal(FILE), UNKNOWN)
}

/// The document with the table of agents and ports, if there is one.
fn guide_of(tree: &Tree) -> Option<TreePath> {
    let folders = [TreePath::literal("docs"), TreePath::literal("doc")];
    let mut documents: Vec<_> =
        folders.iter().flat_map(|folder| tree.files_below(folder).unwrap_or_default()).collect();
    documents.push(TreePath::literal("README.md"));
    documents.retain(|path| path.has_extension("md"));
    documents
        .into_iter()
        .find(|path| tree.text(path).is_ok_and(|text| text.is_some_and(|it| guide::is_in(&it))))
}

/// The domain and the administrator, from the first file that says each.
fn facts(tree: &Tree, paths: &Paths) -> (Option<HostName>, Option<UserName>) {
    let mut files: BTreeSet<TreePath> = BTreeSet::new();
    for folder in [&paths.hosts, &paths.users, &TreePath::literal("modules"), &TreePath::literal("users")] {
        files.extend(tree.files_below(folder).unwrap_or_default());
    }
    let files: Vec<_> = files.into_iter().filter(|path| path.has_extension("nix")).collect();
    let said = tree.each_nix(&files, |_, file| {
        let Ok(file) = file else { return (None, None) };
        let domain = find(&file, &AttrPath::value("networking.domain"));
        let domain = domain.value().and_then(literal::string).and_then(|text| HostName::try_from(text).ok());
        let users = find(&file, &AttrPath::value("users.users"));
        let wheel = |user: &String| {
            let groups =
                find(&file, &AttrPath::value("users.users").child(user.as_str()).child("extraGroups"));
            groups.lists().any(|list| list.items().any(|it| literal::string(&it).as_deref() == Some("wheel")))
        };
        let admin =
            users.children().into_iter().map(|(user, _)| user).find(|user| user != "root" && wheel(user));
        (domain, admin.and_then(|user| UserName::try_from(user).ok()))
    });
    let (mut domain, mut admin) = (None, None);
    for (said_domain, said_admin) in said {
        domain = domain.or(said_domain);
        admin = admin.or(said_admin);
    }
    (domain, admin)
}

/// Where the remote `origin` of git is, if it is at a forge that flakes have a word for.
fn pushed_to(root: &Path) -> Option<String> {
    let config = fs::read_to_string(root.join(".git/config")).ok()?;
    let (_, origin) = config.split_once("[remote \"origin\"]")?;
    let url = origin.lines().find_map(|line| line.trim().strip_prefix("url = "))?;
    for (forge, word) in [("github.com", "github"), ("gitlab.com", "gitlab")] {
        if let Some((_, path)) = url.split_once(forge) {
            let path = path.trim_start_matches([':', '/']).trim_end_matches('/');
            return Some(format!("{word}:{}", path.strip_suffix(".git").unwrap_or(path)));
        }
    }
    Some(format!("git+{url}")).filter(|_| url.starts_with("https://"))
}
