//! The commands.
#![forbid(unsafe_code)]

/// Runs the command that the arguments name.
pub fn main() {}
