//! `apply`, on disks that go wrong: every operation of every plan is made to fail, and every one is made the last of
//! its process, or of its machine's power. The tree is wholly before or wholly after, and nothing is left behind.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod commands;
mod disks;
mod plans;

use std::path::Path;

use tempfile::TempDir;

/// A folder in memory, where there is such a file system: what is synced here is counted, not waited for.
fn temporary() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap()
}
