//! The life of an agent in the tree: its parts, its birth, its end.

mod choice;
pub mod facts;
mod like;
pub mod mounted;
mod moved;
pub mod new;
pub mod parts;
pub mod registry;
pub mod remove;
pub mod rotate;
pub mod summary;
pub mod trust;
