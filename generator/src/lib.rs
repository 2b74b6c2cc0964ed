//! What a flake of agent VMs is, and every change to it, as values.
#![forbid(unsafe_code)]

pub mod apply;
pub mod edit;
pub mod error;
pub mod name;
pub mod nix;
pub mod path;
pub mod plan;
pub mod secrets;
pub mod settings;
pub mod template;
pub mod vm;
