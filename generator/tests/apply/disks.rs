//! Disks that go wrong: one operation fails, the process dies, the machine loses its power.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use generator::apply::{Disk, Operation, RealDisk};

/// What goes wrong, and at which operation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It fails, later ones work again.
    Once(usize),
    /// It and all later ones never happen: the process is gone.
    Killed(usize),
    /// It is cut short, and the process is gone: a file has half of its contents.
    Torn(usize),
}

/// A disk that goes wrong at one operation.
pub(crate) struct Faulty {
    pub(crate) seen: usize,
    pub(crate) fault: Fault,
}

impl Faulty {
    pub(crate) fn new(fault: Fault) -> Self {
        Self { seen: 0, fault }
    }
}

impl Disk for Faulty {
    fn run(&mut self, operation: &Operation<'_>) -> io::Result<()> {
        let now = self.seen;
        self.seen += 1;
        let full = || Err(io::Error::from(io::ErrorKind::StorageFull));
        match (self.fault, operation) {
            (Fault::Torn(n), &Operation::Write { path, contents, mode }) if now == n => {
                let half = Operation::Write { path, contents: &contents[..contents.len() / 2], mode };
                RealDisk.run(&half)?;
                full()
            }
            (Fault::Once(n), _) if now == n => full(),
            (Fault::Killed(n) | Fault::Torn(n), _) if now >= n => full(),
            _ => RealDisk.run(operation),
        }
    }
}

/// A disk that writes down what it does, paths below the root.
pub(crate) struct Traced<'a> {
    pub(crate) root: &'a Path,
    pub(crate) trace: Vec<String>,
}

impl Disk for Traced<'_> {
    fn run(&mut self, operation: &Operation<'_>) -> io::Result<()> {
        let name = |path: &Path| match path.strip_prefix(self.root).unwrap().display().to_string() {
            root if root.is_empty() => ".".to_owned(),
            below => below.replace(".agent-tool-transaction", "TRANSACTION"),
        };
        self.trace.push(match operation {
            Operation::CreateFolder { path, private: true } => format!("mkdir 0700 {}", name(path)),
            Operation::CreateFolder { path, .. } => format!("mkdir {}", name(path)),
            Operation::Write { path, .. } => format!("write {}", name(path)),
            Operation::SyncFiles(paths) => {
                format!("fsync {}", paths.iter().map(|path| name(path)).collect::<Vec<_>>().join(" "))
            }
            Operation::Link { path, name: second } => format!("link {} {}", name(path), name(second)),
            Operation::Rename { from, to } => format!("rename {} {}", name(from), name(to)),
            Operation::Unlink(path) => format!("unlink {}", name(path)),
            Operation::RemoveFolder(path) => format!("rmdir {}", name(path)),
            Operation::SyncFolder(path) => format!("fsync {}/", name(path)),
        });
        RealDisk.run(operation)
    }
}

/// A disk that remembers what of it would survive a loss of power: the contents of files and the names of folders that
/// were synced, and whatever the system happened to write besides.
pub(crate) struct Volatile {
    disk: Faulty,
    root: PathBuf,
    nodes: Vec<Node>,
    /// The machine loses its power before this operation.
    end: usize,
}

#[derive(Clone)]
enum Node {
    File { contents: Vec<u8>, mode: u32, synced: bool },
    Folder { names: BTreeMap<OsString, usize>, synced: BTreeMap<OsString, usize> },
}

impl Volatile {
    /// The disk that `root` lies on, on which everything is synced; it goes wrong by itself at `fault`, and its power
    /// is lost before operation `end`.
    pub(crate) fn new(root: &Path, fault: Fault, end: usize) -> Self {
        let mut disk = Self { disk: Faulty::new(fault), root: root.to_owned(), nodes: Vec::new(), end };
        disk.add(root);
        disk
    }

    /// How many operations there were.
    pub(crate) fn seen(&self) -> usize {
        self.disk.seen
    }

    fn add(&mut self, path: &Path) -> usize {
        let id = self.nodes.len();
        if path.is_dir() {
            self.nodes.push(Node::Folder { names: BTreeMap::new(), synced: BTreeMap::new() });
            let mut names = BTreeMap::new();
            for entry in fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                names.insert(entry.file_name(), self.add(&entry.path()));
            }
            self.nodes[id] = Node::Folder { synced: names.clone(), names };
        } else {
            let mode = fs::metadata(path).unwrap().permissions().mode();
            self.nodes.push(Node::File { contents: fs::read(path).unwrap(), mode, synced: true });
        }
        id
    }

    fn find(&self, path: &Path) -> usize {
        let below = path.strip_prefix(&self.root).unwrap();
        below.iter().fold(0, |folder, name| match &self.nodes[folder] {
            Node::Folder { names, .. } => names[name],
            Node::File { .. } => panic!("{} is in a file", path.display()),
        })
    }

    fn names(&mut self, path: &Path) -> (&mut BTreeMap<OsString, usize>, OsString) {
        let folder = self.find(path.parent().unwrap());
        match &mut self.nodes[folder] {
            Node::Folder { names, .. } => (names, path.file_name().unwrap().to_owned()),
            Node::File { .. } => panic!("{} is in a file", path.display()),
        }
    }

    fn bind(&mut self, path: &Path, node: usize) {
        let (names, name) = self.names(path);
        names.insert(name, node);
    }

    fn remove(&mut self, path: &Path) {
        let (names, name) = self.names(path);
        names.remove(&name);
    }

    fn make(&mut self, path: &Path, node: Node) {
        self.nodes.push(node);
        self.bind(path, self.nodes.len() - 1);
    }

    /// Every way in which the folders may be found after the loss: all as they were last synced, all as they were
    /// last, and each with one that differs from the others.
    pub(crate) fn losses(&self) -> Vec<BTreeSet<usize>> {
        let changed: BTreeSet<usize> = (0..self.nodes.len())
            .filter(|id| matches!(&self.nodes[*id], Node::Folder { names, synced } if names != synced))
            .collect();
        let mut losses = vec![BTreeSet::new(), changed.clone()];
        for id in &changed {
            losses.push(BTreeSet::from([*id]));
            losses.push(changed.iter().copied().filter(|other| other != id).collect());
        }
        losses.sort();
        losses.dedup();
        losses
    }

    /// Makes `root` what is found after the loss, with the folders in `forgotten` as they were last synced.
    pub(crate) fn after_loss(&self, forgotten: &BTreeSet<usize>, root: &Path) {
        self.restore(0, forgotten, root);
    }

    fn restore(&self, id: usize, forgotten: &BTreeSet<usize>, path: &Path) {
        match &self.nodes[id] {
            Node::Folder { names, synced } => {
                fs::create_dir_all(path).unwrap();
                for (name, node) in if forgotten.contains(&id) { synced } else { names } {
                    self.restore(*node, forgotten, &path.join(name));
                }
            }
            Node::File { contents, mode, synced } => {
                fs::write(path, if *synced { contents.as_slice() } else { b"" }).unwrap();
                fs::set_permissions(path, fs::Permissions::from_mode(*mode)).unwrap();
            }
        }
    }
}

impl Disk for Volatile {
    fn run(&mut self, operation: &Operation<'_>) -> io::Result<()> {
        if self.disk.seen >= self.end {
            self.disk.seen += 1;
            return Err(io::ErrorKind::Other.into());
        }
        self.disk.run(operation)?;
        match *operation {
            Operation::CreateFolder { path, .. } => {
                self.make(path, Node::Folder { names: BTreeMap::new(), synced: BTreeMap::new() });
            }
            Operation::Write { path, contents, .. } => {
                let mode = fs::metadata(path)?.permissions().mode();
                self.make(path, Node::File { contents: contents.to_vec(), mode, synced: false });
            }
            Operation::SyncFiles(paths) => {
                for path in paths {
                    let id = self.find(path);
                    if let Node::File { synced, .. } = &mut self.nodes[id] {
                        *synced = true;
                    }
                }
            }
            Operation::Link { path, name } => self.bind(name, self.find(path)),
            Operation::Rename { from, to } => {
                let id = self.find(from);
                self.remove(from);
                self.bind(to, id);
            }
            Operation::Unlink(path) | Operation::RemoveFolder(path) => self.remove(path),
            Operation::SyncFolder(path) => {
                let id = self.find(path);
                if let Node::Folder { names, synced } = &mut self.nodes[id] {
                    synced.clone_from(names);
                }
            }
        }
        Ok(())
    }
}
