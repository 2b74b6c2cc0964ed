//! The tree as it stands: its root, its settings, and the agents in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::{
    error::{Error, Result},
    name::AgentName,
    nix::file::{NixFile, Parsed},
    parallel::{self, locked},
    path::TreePath,
    read::{self, Reads},
    secrets::{
        plugin::{NoPlugins, Plugins},
        rules::Fallback,
    },
    settings::{self, Paths, Settings},
};

/// A flake of agents on disk. Nothing is read before it is asked for, and nothing is ever written.
///
/// What was read is remembered by its hash: a plan that is made of it must not land on something else.
pub struct Tree {
    root: PathBuf,
    settings: Settings,
    nix: Option<Box<dyn Fallback + Send + Sync>>,
    plugins: Box<dyn Plugins + Send + Sync>,
    reads: Reads,
    shared: Mutex<BTreeMap<TreePath, Parsed>>,
    /// Where folders are that were asked for, links followed: following them for every file costs more than reading it.
    folders: Mutex<BTreeMap<PathBuf, PathBuf>>,
}

impl Tree {
    /// Opens the tree whose root is `root`, where `agent-tool.toml` lies.
    pub fn open(root: &Path) -> Result<Self> {
        let root = fs::canonicalize(root).map_err(Error::io("find", root))?;
        let path = TreePath::literal(settings::FILE);
        let (contents, reads) = (read::bytes(&root, &path)?, Reads::default());
        reads.file(&path, contents.as_deref());
        let settings = Settings::parse(&path, &read::text(&root, &path, contents)?)?;
        Ok(Self { reads, ..Self::with_settings(&root, settings)? })
    }

    /// The tree at `root`, where no `agent-tool.toml` says what `settings` do.
    pub fn with_settings(root: &Path, settings: Settings) -> Result<Self> {
        let root = fs::canonicalize(root).map_err(Error::io("find", root))?;
        let (plugins, shared, folders) = (Box::new(NoPlugins), Mutex::default(), Mutex::default());
        Ok(Self { root, settings, nix: None, plugins, reads: Reads::default(), shared, folders })
    }

    /// This tree, with Nix to evaluate those of its rules that are beyond the builtin evaluator.
    #[must_use]
    pub fn with_nix(mut self, nix: Box<dyn Fallback + Send + Sync>) -> Self {
        self.nix = Some(nix);
        self
    }

    /// Nix, where it is at hand.
    #[must_use]
    pub fn fallback(&self) -> Option<&dyn Fallback> {
        self.nix.as_deref().map(|nix| nix as &dyn Fallback)
    }

    /// This tree, with what runs age plugins, to seal to their keys.
    #[must_use]
    pub fn with_plugins(mut self, plugins: Box<dyn Plugins + Send + Sync>) -> Self {
        self.plugins = plugins;
        self
    }

    /// What runs age plugins.
    #[must_use]
    pub fn plugins(&self) -> &(dyn Plugins + Send + Sync) {
        self.plugins.as_ref()
    }

    /// Whether `folder` is the root of a tree: `agent-tool.toml` is there, be it one that can't be read. Whoever opens
    /// the tree says what is wrong with it.
    #[must_use]
    pub fn is_at(folder: &Path) -> bool {
        holds(folder, settings::FILE)
    }

    /// The root of the tree that `folder` lies in: the nearest folder, outwards, with an `agent-tool.toml`.
    pub fn root_of(folder: &Path) -> Result<PathBuf> {
        let start = fs::canonicalize(folder).map_err(Error::io("find", folder))?;
        if let Some(root) = start.ancestors().find(|folder| Self::is_at(folder)) {
            return Ok(root.to_owned());
        }
        Err(match start.ancestors().find(|folder| holds(folder, "flake.nix")) {
            Some(flake) => Error::Conflict {
                message: format!("{} has a flake.nix, but no {}", flake.display(), settings::FILE),
                hint: "`init` writes it, and what else the flake lacks for agents; `init --dry-run` shows it"
                    .into(),
            },
            None => Error::Conflict {
                message: format!("there is no flake of agents at {} or above it", start.display()),
                hint: format!(
                    "go to the folder with flake.nix and {}, or name it by `-C DIR`",
                    settings::FILE
                ),
            },
        })
    }

    /// The root, links followed.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The operator's facts.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The agents, by name: those that have a folder among the hosts, or a file where hosts lie by theirs.
    pub fn agents(&self) -> Result<Vec<AgentName>> {
        let Paths { hosts, host_file, .. } = &self.settings.paths;
        let entries = self.folder(hosts)?;
        let host = |entry| host_file.host(entry).and_then(AgentName::of_host);
        Ok(entries.iter().filter_map(|entry| host(entry)).collect())
    }

    /// Refuses a name that is no agent's, and says whose names there are.
    pub fn expect_agent(&self, name: &AgentName) -> Result<()> {
        if self.finds(&self.settings.paths.host(name))? {
            return Ok(());
        }
        let agents: Vec<_> = self.agents()?.iter().map(ToString::to_string).collect();
        Err(Error::Conflict {
            message: format!("there is no agent {name}"),
            hint: format!("the agents are: {}", agents.join(", ")),
        })
    }

    /// The names in a folder; none when there is no such folder.
    pub fn folder(&self, path: &TreePath) -> Result<BTreeSet<String>> {
        let names = read::names(&self.root, path)?;
        self.reads.folder(path, &names);
        Ok(names)
    }

    /// Whether anything is at `path`, be it a link that leads nowhere.
    #[must_use]
    pub fn has(&self, path: &TreePath) -> bool {
        self.finds(path).unwrap_or(false)
    }

    /// [`Tree::has`], or why that can't be told: for who says that something is not there.
    pub fn finds(&self, path: &TreePath) -> Result<bool> {
        metadata(&path.under(&self.root)).map(|metadata| metadata.is_some())
    }

    /// Reads and parses a Nix file; one in which every agent is registered once for all who ask.
    pub fn nix(&self, path: &TreePath) -> Result<NixFile> {
        let is_shared = self.settings.paths.shared().contains(&path);
        if is_shared && let Some(file) = locked(&self.shared).get(path) {
            return Ok(file.clone().into_file());
        }
        let file = NixFile::parse(path, read::text(&self.root, path, self.read(path)?)?)?;
        if is_shared {
            locked(&self.shared).insert(path.clone(), file.parsed().clone());
        }
        Ok(file)
    }

    /// Reads and parses many Nix files, by as many threads as there are processors. `look` takes what is wanted from
    /// each: a syntax tree stays on its thread.
    pub fn each_nix<R: Send>(
        &self,
        paths: &[TreePath],
        look: impl Fn(&TreePath, Result<NixFile>) -> R + Sync,
    ) -> Vec<R> {
        parallel::map(paths, |path| look(path, self.nix(path)))
    }

    /// Reads a file as text; nothing when there is none.
    pub fn text(&self, path: &TreePath) -> Result<Option<String>> {
        if metadata(&path.under(&self.root))?.is_none() {
            self.reads.file(path, None);
            return Ok(None);
        }
        read::text(&self.root, path, self.read(path)?).map(Some)
    }

    /// The contents of a file; nothing when there is none. Links are followed, as long as they stay in the tree.
    pub fn bytes(&self, path: &TreePath) -> Result<Option<Vec<u8>>> {
        let contents = self.contained(path)?;
        self.reads.file(path, contents.as_deref());
        Ok(contents)
    }

    fn contained(&self, path: &TreePath) -> Result<Option<Vec<u8>>> {
        let full = path.under(&self.root);
        let Some(metadata) = metadata(&full)? else { return Ok(None) };
        if metadata.is_file() && full.parent().is_some_and(|folder| self.is_inside(folder)) {
            return fs::read(&full).map(Some).map_err(Error::io("read", full));
        }
        let real = fs::canonicalize(&full).map_err(Error::io("read", &full))?;
        if real.starts_with(&self.root) {
            return read::bytes(&self.root, path);
        }
        Err(Error::Conflict {
            message: format!("{path} leads out of the tree, to {}", real.display()),
            hint: "it is not read; put a file in its place".into(),
        })
    }

    /// [`Tree::bytes`] of many files, by as many threads as there are processors. `look` takes what is wanted from each.
    pub fn each_bytes<R: Send>(
        &self,
        paths: &[&TreePath],
        look: impl Fn(&TreePath, Result<Option<Vec<u8>>>) -> R + Sync,
    ) -> Vec<R> {
        parallel::map(paths, |path| look(path, self.bytes(path)))
    }

    /// Whether a folder, links followed, lies in the tree.
    fn is_inside(&self, folder: &Path) -> bool {
        self.real_folder(folder).starts_with(&self.root)
    }

    /// Where a folder is, links followed.
    fn real_folder(&self, folder: &Path) -> PathBuf {
        if let Some(real) = locked(&self.folders).get(folder) {
            return real.clone();
        }
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        locked(&self.folders).insert(folder.to_owned(), real.clone());
        real
    }

    /// Where a file is, links followed; where it would be, when there is none.
    pub(crate) fn real(&self, path: &TreePath) -> PathBuf {
        let full = path.under(&self.root);
        if !full.is_symlink()
            && let (Some(folder), Some(name)) = (full.parent(), full.file_name())
        {
            return self.real_folder(folder).join(name);
        }
        fs::canonicalize(&full).unwrap_or(full)
    }

    /// Forgets what was read: the tree is another one now.
    pub fn forget(&self) {
        self.reads.clear();
        locked(&self.shared).clear();
        locked(&self.folders).clear();
    }

    /// What is remembered of what is read.
    pub(crate) fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The contents of a file, nothing when there is none; what is no file is refused.
    pub(crate) fn read(&self, path: &TreePath) -> Result<Option<Vec<u8>>> {
        let contents = read::bytes(&self.root, path)?;
        self.reads.file(path, contents.as_deref());
        Ok(contents)
    }

    /// Every file below a folder, in order; links are not followed. Of the root's not what is hidden.
    pub fn files_below(&self, folder: &TreePath) -> Result<Vec<TreePath>> {
        let full = folder.under(&self.root);
        if !full.exists() {
            return Ok(Vec::new());
        }
        let mut files = Vec::new();
        let is_hidden = |entry: &walkdir::DirEntry| {
            folder.is_root() && entry.depth() == 1 && entry.file_name().to_string_lossy().starts_with('.')
        };
        let entries = walkdir::WalkDir::new(&full).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|entry| !is_hidden(entry)) {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(&full).to_owned();
                Error::io("list", path)(error.into())
            })?;
            if entry.file_type().is_dir() {
                continue;
            }
            let below = entry.path().strip_prefix(&self.root).ok().and_then(Path::to_str);
            files.push(below.and_then(|below| TreePath::new(below).ok()).ok_or_else(|| Error::Conflict {
                message: format!("{} has a name that can't be handled", entry.path().display()),
                hint: "rename it, then run the command again".into(),
            })?);
        }
        Ok(files)
    }

    /// The Nix files of hosts, homes and users, each once; at the root those that can be read, and agents' own.
    pub fn modules(&self) -> Result<Vec<TreePath>> {
        let Paths { hosts, homes, users, .. } = &self.settings.paths;
        let mut files: Vec<TreePath> = Vec::new();
        let mut seen: Vec<&TreePath> = Vec::new();
        for folder in [hosts, homes, users] {
            if !seen.iter().any(|above| folder == *above || folder.is_below(above.as_str())) {
                files.extend(self.files_below(folder)?.into_iter().filter(|path| path.has_extension("nix")));
                seen.push(folder);
            }
        }
        if hosts.is_root() {
            // What lies beside them may be sealed, or no Nix at all.
            let agents = self.agents()?;
            let own: Vec<_> = agents.iter().flat_map(|name| self.settings.paths.own_places(name)).collect();
            let own: Vec<_> = own.iter().chain([homes, users]).collect();
            let is_own = |path: &TreePath| own.iter().any(|own| path == *own || path.is_below(own.as_str()));
            files.retain(|path| is_own(path) || self.nix(path).is_ok());
        }
        Ok(files)
    }

    /// The files of the tree that hosts, homes and users name by a path.
    pub fn imported_files(&self) -> Result<BTreeSet<TreePath>> {
        let mut imported = BTreeSet::new();
        for path in self.modules()? {
            imported.extend(self.nix(&path)?.references().into_iter().map(|(target, _)| target));
        }
        Ok(imported)
    }
}

/// Whether anything is in a folder by this name, be it a link that leads nowhere.
fn holds(folder: &Path, name: &str) -> bool {
    folder.join(name).symlink_metadata().is_ok()
}

/// What is at a path, links not followed; nothing when there is nothing. What can't be told is an error.
fn metadata(path: &Path) -> Result<Option<fs::Metadata>> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Error::io("look at", path)(error)),
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("root", &self.root).finish_non_exhaustive()
    }
}
