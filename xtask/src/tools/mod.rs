//! The programs that commands run, one wrapper each. Arguments never pass a shell.

pub(crate) mod cargo;
pub(crate) mod editor;
pub(crate) mod git;
pub(crate) mod nix;
pub(crate) mod plugins;
