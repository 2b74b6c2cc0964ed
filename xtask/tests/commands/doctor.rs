//! `doctor`.

use std::{fs, os::unix::fs::PermissionsExt};

use pretty_assertions::assert_eq;

use crate::host::Host;

#[test]
fn what_is_missing_is_named_with_its_commands_and_where_it_is_from() {
    let host = Host::new();
    let outcome = host.run_in_empty_path("doctor");
    assert_eq!(outcome.code, 1);
    for line in ["virsh", "qemu-system-x86_64", "nix", "tar", "libvirt's session"] {
        let row = outcome.stdout.lines().find(|it| it.starts_with(&format!("{line} "))).unwrap();
        assert!(row.contains("MISSING"), "{row}");
    }
    let mend = "missing: virsh: Debian: `apt-get install libvirt-clients`; NixOS: agent.host.enable = true";
    assert!(outcome.stderr.lines().any(|it| it == mend), "{}", outcome.stderr);
}

#[test]
fn what_is_only_worse_without_is_a_warning() {
    let host = Host::new();
    for program in ["qemu-system-x86_64", "ssh-keyscan", "nix", "git"] {
        host.program(program, "exit 0");
    }
    fs::set_permissions(host.path(".agentvms"), fs::Permissions::from_mode(0o755)).unwrap();
    let outcome = host.run("doctor --json");
    let checks: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let state = |what: &str| {
        let check = checks.as_array().unwrap().iter().find(|check| check["what"] == what).unwrap();
        check["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("virsh"), "fine");
    assert_eq!(state("libvirt's session"), "fine");
    assert_eq!(state("KVM"), "warning");
    assert_eq!(state("image-dir"), "warning");
    assert_eq!(state("base image"), "warning");
    let missing = checks.as_array().unwrap().iter().filter(|check| check["state"] == "missing");
    assert_eq!(missing.count(), 0, "{checks:#}");
    assert_eq!(outcome.code, 0);
}

#[test]
fn a_session_that_can_t_be_found_is_said() {
    let host = Host::new();
    fs::set_permissions(host.path("run"), fs::Permissions::from_mode(0o755)).unwrap();
    let outcome = host.run("doctor");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("which others can enter"), "{}", outcome.stdout);
}

#[test]
fn it_works_where_there_is_no_tree() {
    let host = Host::new();
    let outcome = host.run_with(&["doctor"], &host.path("run"), "");
    assert_eq!(outcome.code, 1);
    let row = outcome.stdout.lines().find(|it| it.starts_with("tree ")).unwrap();
    assert!(row.contains("MISSING"), "{row}");
}
