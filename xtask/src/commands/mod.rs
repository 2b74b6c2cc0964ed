//! One file a command: its arguments, whose documentation is its help, and `run`.

pub(crate) mod check;
pub(crate) mod list;
pub(crate) mod new_agent;
pub(crate) mod remove_agent;
pub(crate) mod show;
pub(crate) mod test;
