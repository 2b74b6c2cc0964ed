//! One file a command: its arguments, whose documentation is its help, and `run`.

pub(crate) mod bench;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod deploy;
pub(crate) mod doctor;
pub(crate) mod fuzz;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod new_agent;
pub(crate) mod operator;
pub(crate) mod plan;
pub(crate) mod prune;
pub(crate) mod rekey;
pub(crate) mod remove_agent;
pub(crate) mod rotate;
pub(crate) mod secret;
pub(crate) mod show;
pub(crate) mod test;
pub(crate) mod trust;
pub(crate) mod vm;

/// What the packaged program is called.
const PROGRAM: &str = "agent-tool";
