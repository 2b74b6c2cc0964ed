//! `deploy` from nothing, and again.

use std::fs;

use pretty_assertions::assert_eq;

use super::{bed::Bed, expect_deployed};

/// The addresses at which somebody listens on a port, as the kernel writes them (`man 5 proc`, /proc/net/tcp).
fn listening(port: u16) -> Vec<String> {
    let files = ["/proc/net/tcp", "/proc/net/tcp6"].map(|file| fs::read_to_string(file).unwrap_or_default());
    let address = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let (local, state) = (words.next()?, words.nth(1)?);
        let (address, at) = local.split_once(':')?;
        (state == "0A" && at == format!("{port:04X}")).then(|| address.to_owned())
    };
    files.iter().flat_map(|file| file.lines()).filter_map(address).collect()
}

#[test]
#[ignore = "starts machines: cargo xtask test vm"]
fn agents_of_both_kinds_go_from_nothing_to_machines_that_read_their_secrets() {
    let bed = Bed::new().with_vesta();
    assert_eq!(bed.trusted("luce"), None);
    let born = bed.trusted("vesta");

    let steps =
        |now: &str| bed.deployed("luce --dry-run").stdout.lines().filter(|row| row.contains(now)).count();
    assert_eq!((steps(" holds "), steps(" to do "), steps(" later ")), (3, 2, 5));
    assert!(!bed.machines().exists());

    // luce's host key is made on its first boot; vesta was born with one.
    let first = bed.deployed("luce vesta");
    expect_deployed(&bed, "luce", 1);
    expect_deployed(&bed, "vesta", 1);
    assert_eq!(bed.trusted("vesta"), born);
    assert!(first.stderr.contains(&format!("agent-luce = \"{}\";", bed.pinned("luce"))), "{}", first.stderr);
    let changed = "M secrets.nix\nM secrets/.recipients\nM secrets/stalwart-mail-luce-password.age\n";
    assert_eq!(bed.git(&["status", "--porcelain"]).replace(" M", "M"), changed);
    bed.ok("check");

    for agent in ["luce", "vesta"] {
        for which in ["ssh_port", "spice_port"] {
            assert_eq!(listening(bed.port(agent, which)), ["0100007F"], "{agent} {which}");
        }
        assert_eq!(bed.guest(agent, "sudo cat /var/lib/nixos-stand-in/calls/001/directory"), "/\n");
        let environment = bed.guest(agent, "sudo cat /var/lib/nixos-stand-in/calls/001/environment");
        assert!(environment.contains("HOME=/root\n"), "{environment}");
        // What the flake brings along is for root alone.
        assert_ne!(bed.ssh(agent, "ls /var/lib/agent-tool").code, 0);
    }

    assert_eq!(steps(" holds "), 10);

    // What is deployed stays as it is.
    let before = bed.tree().snapshot();
    let again = bed.deployed("luce vesta");
    let nothing = "luce: nothing was to be done\nvesta: nothing was to be done\n";
    assert!(again.stderr.ends_with(nothing), "{}", again.stderr);
    assert_eq!(bed.tree().snapshot(), before);
    expect_deployed(&bed, "luce", 1);
    expect_deployed(&bed, "vesta", 1);

    // Nothing private has been in an argument or an input of virsh's, which it keeps.
    let history = fs::read_to_string(bed.path(".cache/libvirt/virsh/history")).unwrap_or_default();
    assert!(!history.contains("KEY"), "{history}");
}
