//! Reading Nix: syntax, places in it, literals.

pub mod file;
pub mod find;
pub mod guard;
pub mod literal;
