//! Whole commands, run as people run them, on trees of their own.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says by itself that it was skipped"
)]

mod adopt;
mod adopt_rules;
mod age;
mod bad_input;
mod cases;
mod check;
mod deploy;
mod doctor;
mod documents;
mod fixture;
mod git;
mod host;
mod host_files;
mod hostile;
mod init;
mod interrupted;
mod keys;
mod like;
mod list;
mod lives;
mod many;
mod new_agent;
mod operator;
mod plaintext;
mod plugins;
mod prune;
mod read_folders;
mod rekey;
mod remove_agent;
mod rotate;
mod rule_names;
mod secret;
mod secret_edit;
mod secret_rules;
mod secrets;
mod terminal;
mod trust;
mod vm;
mod with_nix;
mod with_vm;
