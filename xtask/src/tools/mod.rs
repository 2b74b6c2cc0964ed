//! The programs that commands run, one wrapper each. Arguments never pass a shell.

pub(crate) mod cargo;
pub(crate) mod df;
pub(crate) mod editor;
pub(crate) mod git;
pub(crate) mod guest_agent;
pub(crate) mod needed;
pub(crate) mod nix;
pub(crate) mod nixos_rebuild;
pub(crate) mod plugins;
pub(crate) mod program;
pub(crate) mod qemu;
#[cfg(test)]
pub(crate) mod recorded;
pub(crate) mod ssh;
pub(crate) mod tar;
pub(crate) mod virsh;
