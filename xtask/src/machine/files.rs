//! The files of machines on this host: `image-dir`, which is the operator's alone.

use std::{
    fs::{self, DirBuilder, File},
    io::{Read, Seek, SeekFrom},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::Result;
use generator::{error::Error, name::AgentName, settings::Settings};

/// How many lines of a serial log a report shows, and how far back it looks for them.
const TAIL: (usize, u64) = (15, 16 << 10);

/// Where disks, logs, base images and pinned keys lie.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    folder: PathBuf,
    known_hosts: PathBuf,
}

impl Files {
    pub(crate) fn of(settings: &Settings) -> Result<Self> {
        Ok(Self::at(super::image_dir(settings)?))
    }

    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { known_hosts: folder.join("known_hosts"), folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folder, if need be, and keeps everybody else out of it.
    pub(crate) fn make(&self) -> Result<()> {
        private_folder(&self.folder)
    }

    pub(crate) fn disk(&self, name: &AgentName) -> PathBuf {
        self.folder.join(format!("{}.qcow2", name.host()))
    }

    /// What the serial port of a machine said.
    pub(crate) fn log(&self, name: &AgentName) -> PathBuf {
        self.folder.join(format!("{}.log", name.host()))
    }

    /// The host keys that SSH believes.
    pub(crate) fn known_hosts(&self) -> &Path {
        &self.known_hosts
    }

    /// The base images: a link for each, which keeps Nix from collecting it.
    pub(crate) fn bases(&self) -> PathBuf {
        self.folder.join("base")
    }
}

/// Makes a folder that is its owner's alone.
pub(crate) fn private_folder(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::io("make", folder))?;
    let mode = fs::metadata(folder).map_err(Error::io("read", folder))?.permissions().mode();
    if mode & 0o077 != 0 {
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(folder, private).map_err(Error::io("make private", folder))?;
    }
    Ok(())
}

/// The last lines of a log, without what only a terminal understands; none where there is no log.
pub(super) fn tail(log: &Path) -> Vec<String> {
    let (count, reach) = TAIL;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(log)?;
        let start = file.metadata()?.len().saturating_sub(reach);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let text = String::from_utf8_lossy(&read().unwrap_or_default()).into_owned();
    let lines: Vec<_> = text.lines().map(plain).filter(|line| !line.trim().is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(count)).cloned().collect()
}

/// A line without control sequences (ECMA-48: `ESC [`, parameters, one letter) and other control characters.
pub(crate) fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' if rest.as_str().starts_with('[') => {
                rest.find(|c| ('@'..='~').contains(c) && *c != '[');
            }
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn the_tail_of_a_log_is_plain_text() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        assert_eq!(tail(&log), [""; 0]);
        let lines: Vec<_> =
            (0..5000).map(|n| format!("[\u{1b}[0;32m  OK  \u{1b}[0m] Started {n}\r\n\r\n")).collect();
        fs::write(&log, lines.concat()).unwrap();
        let tail = tail(&log);
        assert_eq!(tail.len(), 15);
        assert_eq!(tail.last().unwrap(), "[  OK  ] Started 4999");
    }

    #[test]
    fn the_folder_is_its_owners_alone_also_where_it_was_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::at(folder.path().join("a/vms"));
        fs::create_dir_all(files.folder()).unwrap();
        fs::set_permissions(files.folder(), fs::Permissions::from_mode(0o755)).unwrap();
        files.make().unwrap();
        assert_eq!(fs::metadata(files.folder()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
