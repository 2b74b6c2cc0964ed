//! `df` (coreutils): what a folder lies on.

use std::{path::Path, time::Duration};

use super::program::{Call, Failure, Programs};

/// The file system that a folder is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileSystem {
    /// What is free for this user, in bytes.
    pub(crate) free: u64,
    /// Its type, as the kernel calls it.
    pub(crate) kind: String,
}

/// The file system that a folder is on; nothing when `df` says what is not understood.
pub(crate) fn of(programs: &dyn Programs, folder: &Path) -> Result<Option<FileSystem>, Failure> {
    let call = Call::new("df").words(["--block-size=1", "--output=avail,fstype", "--"]).path(folder);
    // One on a server that is gone may not answer.
    let text = call.limit(Duration::from_secs(5)).run(programs)?.text();
    let row = text.lines().nth(1).and_then(|row| {
        let (free, kind) = row.trim().split_once(' ')?;
        Some(FileSystem { free: free.parse().ok()?, kind: kind.trim().to_owned() })
    });
    Ok(row)
}

impl FileSystem {
    /// Whether it is on another machine, where a disk image is neither fast nor locked for certain.
    pub(crate) fn is_remote(&self) -> bool {
        ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse.sshfs"].contains(&self.kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::tools::recorded::Recorded;

    #[test]
    fn a_folder_is_on_a_file_system_with_so_much_room() {
        let record = Recorded::new(
            "$ df --block-size=1 --output=avail,fstype -- /home
                   Avail Type
             56908316672 ext4
             $ df --block-size=1 --output=avail,fstype -- /net
                   Avail Type
                       0 nfs4",
        );
        let [home, net] = ["/home", "/net"].map(|it| of(&record, Path::new(it)).unwrap().unwrap());
        assert_eq!(home, FileSystem { free: 56_908_316_672, kind: "ext4".into() });
        assert!(!home.is_remote() && net.is_remote());
    }
}
