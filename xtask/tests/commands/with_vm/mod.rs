//! Real machines: real libvirt, real QEMU (emulated, so that it runs anywhere), and a small Debian guest in the place
//! of the NixOS base image (tests/vm/guest).
//!
//! They take minutes, so `cargo test` passes them over; `cargo xtask test vm` runs them.

mod bed;
mod domain;
mod guest;
