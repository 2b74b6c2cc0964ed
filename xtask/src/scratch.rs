//! A file for an editor, on a file system in memory.

use std::{
    env,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use generator::secrets::charset::Charset;
use zeroize::Zeroizing;

use crate::report::{self, Hint};

/// A file of mode 0600, alone in a folder of mode 0700. It is overwritten and removed when this is dropped, also by an
/// error or a panic.
pub(crate) struct Scratch {
    folder: PathBuf,
    file: PathBuf,
}

impl Scratch {
    /// Writes `contents` into a new file called `name`.
    pub(crate) fn new(name: &str, contents: &[u8]) -> Result<Self> {
        let folder = memory()?.join(format!("agent-tool-{}", *Charset::Hex.random(16)));
        DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("can't make the folder {}", folder.display()))?;
        // From here on whatever happens removes the folder.
        let scratch = Self { file: folder.join(name), folder };
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&scratch.file);
        file.and_then(|mut file| file.write_all(contents))
            .with_context(|| format!("can't write {}", scratch.file.display()))?;
        Ok(scratch)
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the file holds by now.
    pub(crate) fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        let failed = || format!("can't read {} after the edit", self.file.display());
        read(File::open(&self.file).with_context(failed)?).with_context(failed)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        wipe(&self.folder);
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            report::warning(&format!("can't remove {}, which had plaintext: {error}", self.folder.display()));
        }
    }
}

/// The most that a secret may hold.
const LONGEST: usize = 64 << 20;

/// Reads everything; no copy of it stays in memory that was given back.
pub(crate) fn read(mut source: impl Read) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; 1 << 16]);
    let mut length = 0;
    loop {
        if length == bytes.len() {
            if length >= LONGEST {
                return Err(anyhow!("a secret has at most {} MiB", LONGEST >> 20));
            }
            // A buffer that grows by itself would leave its old contents behind.
            let mut larger = Zeroizing::new(vec![0; length * 2]);
            larger.iter_mut().zip(bytes.iter()).for_each(|(to, from)| *to = *from);
            bytes = larger;
        }
        match source.read(bytes.get_mut(length..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// Overwrites every file below a folder, links not followed.
fn wipe(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => wipe(&path),
            Ok(metadata) if metadata.is_file() => {
                if let Ok(mut file) = OpenOptions::new().write(true).open(&path) {
                    // What can't be overwritten is removed all the same.
                    let _ = std::io::copy(&mut std::io::repeat(0).take(metadata.len()), &mut file);
                }
            }
            _ => {}
        }
    }
}

/// A folder in memory that this user may write: the session's own, or the one that everybody has.
fn memory() -> Result<PathBuf> {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let session = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let candidates = session.into_iter().chain([PathBuf::from("/dev/shm")]);
    let real = candidates.filter_map(|folder| fs::canonicalize(folder).ok());
    real.filter(|folder| folder.is_dir()).find(|folder| is_memory(&mounts, folder)).ok_or_else(|| {
        anyhow!("there is no file system in memory to put the plaintext on").context(Hint(
            "set XDG_RUNTIME_DIR to a folder on a tmpfs, or pipe the new value into `secret edit NAME --stdin`"
                .into(),
        ))
    })
}

/// Whether `folder` lies on a file system in memory, by what `/proc/mounts` says (`man 5 proc_pid_mounts`).
fn is_memory(mounts: &str, folder: &Path) -> bool {
    let mount = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        let at = PathBuf::from(unescape(fields.next()?));
        Some((at, matches!(fields.next()?, "tmpfs" | "ramfs")))
    };
    let around = mounts.lines().filter_map(mount).filter(|(at, _)| folder.starts_with(at));
    // Of two at one place the later one is on top.
    around.max_by_key(|(at, _)| at.components().count()).is_some_and(|(_, memory)| memory)
}

/// `/proc/mounts` writes white space and backslashes in octal.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_memory_is_memory() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\n\
                      tmpfs /run tmpfs rw 0 0\n\
                      ramfs /run/a\\040b ramfs rw 0 0\n\
                      /dev/sdb1 /run/disk xfs rw 0 0\n\
                      tmpfs /over tmpfs rw 0 0\n\
                      /dev/sdc1 /over ext4 rw 0 0\n";
        for (folder, expected) in [
            ("/run/user/1000", true),
            ("/run/a b/c", true),
            ("/run/disk/x", false),
            ("/home", false),
            ("/runaway", false),
            ("/over/x", false),
        ] {
            assert_eq!(is_memory(mounts, Path::new(folder)), expected, "{folder}");
        }
        assert!(!is_memory("", Path::new("/run")));
    }

    #[test]
    fn everything_is_gone_when_it_is_dropped() {
        let Ok(scratch) = Scratch::new("wifi", b"plaintext") else { return };
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(scratch.folder()), mode(scratch.file())), (0o700, 0o600));
        assert_eq!(*scratch.read().unwrap(), b"plaintext");
        // A second name for the file shows what became of its contents.
        let second = scratch.folder().with_extension("second");
        fs::hard_link(scratch.file(), &second).unwrap();
        fs::create_dir(scratch.folder().join("of the editor")).unwrap();
        let folder = scratch.folder().to_owned();
        drop(scratch);
        let left = fs::read(&second).unwrap();
        fs::remove_file(second).unwrap();
        assert_eq!(left, [0; 9]);
        assert!(!folder.exists());
    }

    #[test]
    fn a_panic_leaves_nothing_behind() {
        let Ok(scratch) = Scratch::new("wifi", b"plaintext") else { return };
        let folder = scratch.folder().to_owned();
        std::thread::spawn(move || {
            assert_ne!(scratch.file(), Path::new("/"));
            panic!("while the editor runs");
        })
        .join()
        .unwrap_err();
        assert!(!folder.exists());
    }

    #[test]
    fn a_long_secret_is_read_whole() {
        let long: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        assert_eq!(*read(long.as_slice()).unwrap(), long);
        assert_eq!(read(b"".as_slice()).unwrap().len(), 0);
        assert!(read(std::io::repeat(1)).is_err());
    }
}
