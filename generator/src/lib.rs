//! What a flake of agent VMs is, and every change to it, as values.
#![forbid(unsafe_code)]
