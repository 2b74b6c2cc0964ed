//! Secrets: who may read them, and sealing them.

pub mod access;
pub mod header;
pub mod host_key;
pub mod keyring;
pub mod manifest;
pub mod password;
pub mod recipient;
pub mod rules;
pub mod seal;
