//! Real machines: real libvirt, real QEMU (emulated, so that it runs anywhere), and a small Debian guest in the place
//! of the NixOS base image (tests/vm/guest).
//!
//! They take minutes, so `cargo test` passes them over; `cargo xtask test vm` runs them.

mod bed;
mod deploy;
mod domain;
mod faults;
mod lifecycle;
mod resume;

use pretty_assertions::assert_eq;

use bed::Bed;

/// Asserts that an agent's machine is what it should be, that it was switched as often as `switches` says, and that
/// nothing but its pinned host key was believed on the way.
#[track_caller]
fn expect_deployed(bed: &Bed, agent: &str, switches: usize) {
    let guest = |command: &str| bed.guest(agent, command);
    let secret = format!("/run/agenix/stalwart-mail-{agent}-password");
    assert_eq!(guest("hostname"), format!("agent-{agent}\n"));
    assert_eq!(guest(&format!("sudo stat -L -c '%a %U' {secret}")), format!("400 {agent}\n"));
    let value = bed.ok(&format!("secret show stalwart-mail-{agent}-password")).stdout;
    assert_eq!(value.len(), 32);
    assert_eq!(guest(&format!("sudo cat {secret}")), value);

    let key = guest("cat /var/ssh/ssh_host_ed25519_key.pub");
    let key = key.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(bed.pinned(agent), key);
    assert_eq!(bed.trusted(agent), Some(key));

    let call = format!("switch\n--flake\npath:/var/lib/agent-tool/tree#agent-{agent}\n");
    assert_eq!(guest("cat /var/lib/nixos-stand-in/calls/*/arguments"), call.repeat(switches));
}
