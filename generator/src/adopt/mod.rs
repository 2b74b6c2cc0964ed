//! The adoption of a flake that people keep their machines in: what it has is used, what it lacks is added.

mod detect;

pub use detect::Detected;
