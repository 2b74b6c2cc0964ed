//! What a flake of agent VMs is, and every change to it, as values.
//!
//! The flow is one way: [`settings`] and [`tree`] are read, a function returns a [`plan`], and [`apply`] brings
//! it into the tree. Nothing here prints, asks or runs a program, and nothing but `apply` writes.
#![forbid(unsafe_code)]

pub mod adopt;
pub mod agent;
pub mod apply;
pub mod check;
pub mod domain;
pub mod edit;
pub mod error;
pub mod flake;
pub mod guide;
pub mod handover;
pub mod host_file;
pub mod name;
pub mod nix;
pub mod operator;
mod parallel;
pub mod path;
pub mod person;
pub mod plan;
mod read;
mod rename;
pub mod rule_names;
pub mod secrets;
pub mod settings;
pub mod template;
pub mod tree;
pub mod vm;
