//! The host keys that SSH believes: one for each machine, learnt from the machine itself (`man 8 sshd`,
//! "SSH known hosts file format").

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::Result;
use generator::{error::Error, secrets::recipient::Recipient};

use super::Files;

/// The key that is pinned for a machine.
pub(crate) fn pinned(files: &Files, host: &str) -> Result<Option<Recipient>> {
    let text = read(files.known_hosts())?;
    let mut keys = text.lines().filter_map(|line| line.strip_prefix(host)?.strip_prefix(' ')?.parse().ok());
    Ok(keys.next())
}

/// Pins the key of a machine, in the place of any other.
pub(crate) fn pin(files: &Files, host: &str, key: &Recipient) -> Result<()> {
    files.make()?;
    rewrite(files, host, Some(key))
}

/// Forgets the key of a machine, if one is pinned.
pub(crate) fn forget(files: &Files, host: &str) -> Result<()> {
    if pinned(files, host)?.is_none() {
        return Ok(());
    }
    rewrite(files, host, None)
}

/// Replaces the file, one process at a time: a crash leaves the old one.
fn rewrite(files: &Files, host: &str, key: Option<&Recipient>) -> Result<()> {
    let folder = files.folder();
    let lock = File::open(folder).map_err(Error::io("open", folder))?;
    lock.lock().map_err(Error::io("lock", folder))?;
    let path = files.known_hosts();
    let of_another = |line: &&str| line.split(' ').next() != Some(host);
    let text = read(path)?;
    let mut lines: Vec<_> = text.lines().filter(of_another).map(str::to_owned).collect();
    lines.extend(key.map(|key| format!("{host} {}", key.as_str())));
    let new = path.with_extension("new");
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(lines.iter().map(|line| format!("{line}\n")).collect::<Vec<_>>().concat().as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    Ok(write().map_err(Error::io("write", path))?)
}

fn read(path: &Path) -> Result<String, Error> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        outcome => outcome.map_err(Error::io("read", path)),
    }
}

#[cfg(test)]
mod tests {
    use generator::secrets::host_key::HostKey;
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_machine_has_one_key_and_the_others_keep_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::at(folder.path().join("vms"));
        let [key, other] = ["a", "b"].map(|host| HostKey::generate(host).unwrap().public);
        assert_eq!(pinned(&files, "agent-a").unwrap(), None);
        pin(&files, "agent-a", &key).unwrap();
        pin(&files, "agent-ab", &key).unwrap();
        pin(&files, "agent-a", &other).unwrap();
        assert_eq!(pinned(&files, "agent-a").unwrap(), Some(other));
        assert_eq!(pinned(&files, "agent-ab").unwrap().as_ref(), Some(&key));
        forget(&files, "agent-a").unwrap();
        assert_eq!(fs::read_to_string(files.known_hosts()).unwrap(), format!("agent-ab {}\n", key.as_str()));
    }
}
