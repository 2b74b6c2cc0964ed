//! Secrets: who may read them, and sealing them.

pub mod access;
pub mod charset;
pub mod create;
pub mod header;
pub mod host_key;
pub mod keyring;
pub mod listing;
pub mod manifest;
mod names;
pub mod password;
pub mod plugin;
pub mod reader;
pub mod recipient;
pub mod rekey;
pub mod remove;
pub mod replace;
pub mod reseal;
pub mod rules;
pub mod seal;
mod watched;
