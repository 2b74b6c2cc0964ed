//! Reading Nix: syntax, places in it, literals, and the values of the pure part.

pub mod eval;
pub mod file;
pub mod find;
pub mod follow;
pub mod guard;
pub mod literal;
pub mod scope;
