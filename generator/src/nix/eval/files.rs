//! What the evaluator reads.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use super::paths;
use crate::nix::file::Parsed;

/// Where the evaluator reads files. Paths are absolute and have no `.` or `..` in them.
///
/// An error of kind [`io::ErrorKind::Unsupported`] means that Nix may find something there and this doesn't look:
/// the evaluator then says that the path is beyond it. One of kind [`io::ErrorKind::NotFound`] means that there is
/// nothing; any other is a failure.
pub trait Files: Sync {
    /// The content of a file, symbolic links followed.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Whether anything is there.
    fn exists(&self, path: &Path) -> io::Result<bool>;
    /// What lies in a folder, links not followed.
    fn read_dir(&self, path: &Path) -> io::Result<BTreeMap<String, FileType>>;
    /// Whether these are the files that another program finds at these paths.
    fn on_disk(&self) -> bool {
        false
    }
    /// The file at a path as it was parsed before, where it was.
    fn parsed(&self, _path: &Path) -> Option<&Parsed> {
        None
    }
    /// What lies at a path; a link, where the path itself or a folder on the way to it is a link.
    fn file_type(&self, path: &Path) -> io::Result<FileType>;
}

/// What a name in a folder is, as `builtins.readDir` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// A file.
    Regular,
    /// A folder.
    Directory,
    /// A symbolic link, to whatever.
    Symlink,
    /// A socket, a device, a pipe.
    Unknown,
}

impl FileType {
    /// Nix's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Unknown => "unknown",
        }
    }
}

impl From<fs::FileType> for FileType {
    fn from(kind: fs::FileType) -> Self {
        if kind.is_symlink() {
            Self::Symlink
        } else if kind.is_dir() {
            Self::Directory
        } else if kind.is_file() {
            Self::Regular
        } else {
            Self::Unknown
        }
    }
}

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// The files below a folder, as they stand on disk. What leaves it, also through a link, is unsupported.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    real_root: PathBuf,
}

impl Disk {
    /// The files below `root`.
    pub fn new(root: &Path) -> io::Result<Self> {
        let absolute = std::path::absolute(root)?;
        // The paths that are asked for have no `..`, so the root must have none.
        let root = absolute.to_str().map_or_else(|| absolute.clone(), |text| paths::canonical(text).into());
        Ok(Self { root, real_root: absolute.canonicalize()? })
    }

    /// The path below the root, without links.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        let real = path.canonicalize().map_err(|error| self.outside_is_unsupported(path, error))?;
        if real.starts_with(&self.real_root) { Ok(real) } else { Err(outside(path)) }
    }

    /// Nothing can be said about what is missing outside, or behind a link.
    fn outside_is_unsupported(&self, path: &Path, error: io::Error) -> io::Error {
        let existing = path.ancestors().skip(1).find_map(|ancestor| ancestor.canonicalize().ok());
        let inside = existing.is_some_and(|real| real.starts_with(&self.real_root));
        let dangling = path.ancestors().any(Path::is_symlink);
        if inside && !dangling { error } else { outside(path) }
    }
}

fn outside(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("{} is outside the tree", path.display()))
}

impl Files for Disk {
    fn on_disk(&self) -> bool {
        true
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let real = self.resolve(path)?;
        let metadata = fs::metadata(&real)?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        // A pipe would be waited for, a device may never end.
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, format!("{} is no file", path.display())));
        }
        if metadata.len() > MAX_FILE {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        fs::read(real)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        match self.resolve(path) {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn read_dir(&self, path: &Path) -> io::Result<BTreeMap<String, FileType>> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(self.resolve(path)?)? {
            let entry = entry?;
            found.insert(utf8(entry.file_name())?, entry.file_type()?.into());
        }
        Ok(found)
    }

    fn file_type(&self, path: &Path) -> io::Result<FileType> {
        let real = self.resolve(path)?;
        let below = path.strip_prefix(&self.root).or_else(|_| path.strip_prefix(&self.real_root));
        match below {
            Ok(below) if self.real_root.join(below) == real => {
                Ok(fs::symlink_metadata(real)?.file_type().into())
            }
            _ => Ok(FileType::Symlink),
        }
    }
}

fn utf8(name: OsString) -> io::Result<String> {
    name.into_string().map_err(|name| {
        io::Error::new(io::ErrorKind::Unsupported, format!("{} is not UTF-8", name.to_string_lossy()))
    })
}

/// Files with some of them replaced, or added, by texts that are planned and not written yet.
pub struct Overlay<'a> {
    below: &'a dyn Files,
    texts: BTreeMap<PathBuf, Vec<u8>>,
    parsed: Option<(PathBuf, Parsed)>,
}

impl<'a> Overlay<'a> {
    /// `below`, where each path of `texts` has that text.
    #[must_use]
    pub fn new(below: &'a dyn Files, texts: BTreeMap<PathBuf, Vec<u8>>) -> Self {
        Self { below, texts, parsed: None }
    }

    /// These files, of which the one at `path` was parsed before.
    #[must_use]
    pub(crate) fn with_parsed(self, path: PathBuf, parsed: Parsed) -> Self {
        Self { parsed: Some((path, parsed)), ..self }
    }

    /// Whether a planned file lies somewhere below a folder.
    fn holds_below(&self, folder: &Path) -> bool {
        self.texts.keys().any(|path| path != folder && path.starts_with(folder))
    }
}

impl Files for Overlay<'_> {
    fn on_disk(&self) -> bool {
        self.texts.is_empty() && self.below.on_disk()
    }

    fn parsed(&self, path: &Path) -> Option<&Parsed> {
        let here = self.parsed.as_ref().filter(|(parsed, _)| parsed == path);
        here.map(|(_, parsed)| parsed).or_else(|| self.below.parsed(path))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.texts.get(path).map_or_else(|| self.below.read(path), |text| Ok(text.clone()))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        if self.texts.contains_key(path) || self.holds_below(path) {
            Ok(true)
        } else {
            self.below.exists(path)
        }
    }

    fn read_dir(&self, path: &Path) -> io::Result<BTreeMap<String, FileType>> {
        let mut found = match self.below.read_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.holds_below(path) => {
                BTreeMap::new()
            }
            found => found?,
        };
        for planned in self.texts.keys() {
            let Ok(below) = planned.strip_prefix(path) else { continue };
            let mut parts = below.components();
            let Some(name) = parts.next() else { continue };
            let kind = if parts.next().is_some() { FileType::Directory } else { FileType::Regular };
            found.insert(utf8(name.as_os_str().to_owned())?, kind);
        }
        Ok(found)
    }

    fn file_type(&self, path: &Path) -> io::Result<FileType> {
        if self.texts.contains_key(path) {
            return Ok(FileType::Regular);
        }
        match self.below.file_type(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.holds_below(path) => {
                Ok(FileType::Directory)
            }
            kind => kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    /// A root with a file, a folder and links; and, beside it, a file that isn't in it.
    fn tree() -> (TempDir, PathBuf) {
        let outer = TempDir::new().expect("a temporary folder");
        let root = outer.path().canonicalize().unwrap().join("root");
        fs::create_dir_all(root.join("folder")).unwrap();
        fs::write(outer.path().join("outside"), "secret").unwrap();
        fs::write(root.join("file"), "text").unwrap();
        fs::write(root.join("folder/inner"), "inner").unwrap();
        symlink("file", root.join("link")).unwrap();
        symlink("folder", root.join("way")).unwrap();
        symlink("../outside", root.join("escape")).unwrap();
        symlink("..", root.join("up")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        (outer, root)
    }

    fn kind<T>(result: io::Result<T>) -> Option<io::ErrorKind> {
        result.err().map(|error| error.kind())
    }

    #[test]
    fn files_of_the_tree_are_read_also_through_links() {
        let (_outer, root) = tree();
        let disk = Disk::new(&root).unwrap();
        for (path, text) in
            [("file", "text"), ("link", "text"), ("folder/inner", "inner"), ("way/inner", "inner")]
        {
            assert_eq!(disk.read(&root.join(path)).unwrap(), text.as_bytes(), "{path}");
            assert!(disk.exists(&root.join(path)).unwrap(), "{path}");
        }
        assert_eq!(kind(disk.read(&root.join("folder"))), Some(io::ErrorKind::IsADirectory));
    }

    #[test]
    fn nothing_outside_the_tree_is_read_or_even_known() {
        let (outer, root) = tree();
        let disk = Disk::new(&root).unwrap();
        let outside = outer.path().canonicalize().unwrap();
        for path in [
            root.join("escape"),
            root.join("up/outside"),
            root.join("up/nothing"),
            root.join("dangling"),
            outside.join("outside"),
            outside.join("nothing"),
            "/etc/passwd".into(),
            "/dev/zero".into(),
        ] {
            let unsupported = Some(io::ErrorKind::Unsupported);
            assert_eq!(kind(disk.read(&path)), unsupported, "{}", path.display());
            assert_eq!(kind(disk.exists(&path)), unsupported, "{}", path.display());
            assert_eq!(kind(disk.file_type(&path)), unsupported, "{}", path.display());
            assert_eq!(kind(disk.read_dir(&path)), unsupported, "{}", path.display());
        }
    }

    #[test]
    fn what_is_missing_in_the_tree_is_missing() {
        let (_outer, root) = tree();
        let disk = Disk::new(&root).unwrap();
        assert_eq!(kind(disk.read(&root.join("none"))), Some(io::ErrorKind::NotFound));
        assert!(!disk.exists(&root.join("none/deeper")).unwrap());
        assert!(!disk.exists(&root.join("file/below")).unwrap());
    }

    #[test]
    fn a_folder_tells_what_lies_in_it_without_following_links() {
        let (_outer, root) = tree();
        let disk = Disk::new(&root).unwrap();
        let found: Vec<_> =
            disk.read_dir(&root).unwrap().into_iter().map(|(n, kind)| (n, kind.name())).collect();
        let expected = [
            ("dangling", "symlink"),
            ("escape", "symlink"),
            ("file", "regular"),
            ("folder", "directory"),
            ("link", "symlink"),
            ("up", "symlink"),
            ("way", "symlink"),
        ];
        assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
    }

    #[test]
    fn a_link_on_the_way_makes_a_path_a_link() {
        let (_outer, root) = tree();
        let disk = Disk::new(&root).unwrap();
        for (path, kind) in [
            ("file", FileType::Regular),
            ("folder", FileType::Directory),
            ("folder/inner", FileType::Regular),
            ("link", FileType::Symlink),
            ("way", FileType::Symlink),
            ("way/inner", FileType::Symlink),
        ] {
            assert_eq!(disk.file_type(&root.join(path)).unwrap(), kind, "{path}");
        }
    }

    #[test]
    fn a_tree_below_a_link_is_a_tree_like_any_other() {
        let (_outer, root) = tree();
        let below = root.join("way");
        let disk = Disk::new(&root.join("folder/../way")).unwrap();
        assert_eq!(disk.file_type(&below.join("inner")).unwrap(), FileType::Regular);
        assert_eq!(disk.read(&below.join("inner")).unwrap(), b"inner");
        assert_eq!(kind(disk.read(&below.join("../file"))), Some(io::ErrorKind::Unsupported));
    }

    #[test]
    fn planned_texts_are_read_in_place_of_what_is_on_disk() {
        let (_outer, root) = tree();
        let disk = Disk::new(&root).unwrap();
        let texts = [("file", "planned"), ("new/deep/file", "new")];
        let texts = texts.map(|(path, text)| (root.join(path), text.as_bytes().to_vec()));
        let files = Overlay::new(&disk, texts.into());
        assert_eq!(files.read(&root.join("file")).unwrap(), b"planned");
        assert_eq!(files.read(&root.join("new/deep/file")).unwrap(), b"new");
        assert_eq!(files.read(&root.join("folder/inner")).unwrap(), b"inner");
        assert!(files.exists(&root.join("new/deep")).unwrap());
        assert!(!files.exists(&root.join("newer")).unwrap());
        assert_eq!(files.file_type(&root.join("new")).unwrap(), FileType::Directory);
        assert_eq!(files.file_type(&root.join("new/deep/file")).unwrap(), FileType::Regular);
        assert_eq!(files.read_dir(&root).unwrap().get("new"), Some(&FileType::Directory));
        assert_eq!(files.read_dir(&root.join("new/deep")).unwrap().len(), 1);
        assert_eq!(kind(files.read_dir(&root.join("none"))), Some(io::ErrorKind::NotFound));
    }
}
