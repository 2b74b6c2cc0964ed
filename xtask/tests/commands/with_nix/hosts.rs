//! The hosts: every file parses, and every configuration is what its agent needs.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::json;

use super::nix;
use crate::fixture::{Fixture, repository};

#[test]
fn nix_parses_every_file_before_and_after() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new();
    nix.parse(&fixture);
    fixture.ok("new-agent vesta --full-name ${x}");
    nix.parse(&fixture);
    let mut stubs = Fixture::of(&repository().join("tests/nix")).nix_files();
    stubs.retain(|path| !path.ends_with("flake.nix"));
    assert!(stubs.len() > 10);
    for folder in ["tests/nix", "nix", "templates"] {
        nix.parse(&Fixture::of(&repository().join(folder)));
    }
}

#[test]

fn a_new_agent_evaluates() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let host = &nix.hosts(fixture.root(), Some("agent-vesta"))["agent-vesta"];
    assert_eq!(host["failedAssertions"], json!([]));
    assert_eq!(host["warnings"], json!([]));
    assert_eq!(host["hostName"], "agent-vesta");
    assert_eq!(host["autoLogin"], json!({ "enable": true, "user": "vesta" }));
    assert_eq!(host["vm"]["sshPort"], 2225);
    assert_eq!(host["users"]["vesta"]["extraGroups"], json!(["wheel", "networkmanager"]));
    assert_eq!(host["users"]["vesta"]["description"], "Autonomous agent Vesta");
    let secret = &host["secrets"]["stalwart-mail-vesta-password"];
    assert_eq!(secret["file"], "secrets/stalwart-mail-vesta-password.age");
    assert_eq!((&secret["owner"], &secret["mode"]), (&json!("vesta"), &json!("0400")));
    let home = &host["homes"]["vesta"];
    assert_eq!(home["homeDirectory"], "/home/vesta");
    assert_eq!(home["git"]["email"], "vesta@ncrmro.com");
    assert_eq!(home["mail"]["vesta"]["imap"]["host"], "mail.ncrmro.com");
    assert_eq!(home["stateVersion"], "26.05");
}

#[test]
fn a_host_is_made_of_its_own_files_and_the_shared_ones() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let host = &nix.hosts_with_stubs(fixture.root())["agent-vesta"];
    assert_eq!(
        host["files"],
        json!([
            "hosts/agent-vesta/default.nix",
            "hosts/common/optional/agent-base.nix",
            "modules/agent-vm.nix",
            "modules/agent.nix",
            "modules/users/ncrmro.nix",
            "modules/users/vesta.nix",
        ])
    );
}

#[test]
fn the_first_commit_of_an_agent_is_signed() {
    let Some(nix) = nix() else { return };
    let host = &nix.hosts(Fixture::new().root(), Some("agent-luce"))["agent-luce"];
    let (git, key) = (&host["homes"]["luce"]["git"], &host["homes"]["luce"]["sshKey"]);
    assert_eq!((&git["format"], &git["signByDefault"]), (&json!("ssh"), &json!(true)));
    assert_eq!(git["key"], "/home/luce/.ssh/id_ed25519.pub");
    // A login waits for basic.target, which waits for the key.
    assert_eq!((&key["before"], &key["wantedBy"]), (&json!("basic.target"), &json!("basic.target")));
    assert_eq!(key["DefaultDependencies"], false);
    assert_eq!(key["ConditionPathExists"], "!/home/luce/.ssh/id_ed25519");
    assert!(key["start"].as_str().unwrap().ends_with(" -f /home/luce/.ssh/id_ed25519"), "{key}");
}

#[test]
fn an_agent_with_a_tailnet_key_joins_with_it() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new();
    let words = ["new-agent", "vesta", "--tailnet-key-stdin"];
    assert_eq!(fixture.run_with(&words, fixture.root(), "hskey-auth-abc").code, 0);
    let host = &nix.hosts(fixture.root(), Some("agent-vesta"))["agent-vesta"];
    assert_eq!(host["failedAssertions"], json!([]));
    assert_eq!(host["tailscale"]["authKeyFile"], "/run/agenix/headscale-authkey-vesta");
    assert_eq!(host["secrets"]["headscale-authkey-vesta"]["file"], "secrets/headscale-authkey-vesta.age");
    // Before the first rekey of a machine that makes its own host key, the file is not there.
    assert_eq!(host["tailscale"]["waitsFor"], "/run/agenix/headscale-authkey-vesta");
    // By the name of the agent, not of the base image.
    assert!(host["tailscale"]["joinsAfter"].as_array().unwrap().contains(&json!("systemd-sysctl.service")));
    let drago = &nix.hosts(fixture.root(), Some("agent-drago"))["agent-drago"];
    assert_eq!(drago["tailscale"]["authKeyFile"], json!(null));
    assert_eq!(drago["tailscale"]["waitsFor"], json!(null));
}

#[test]
fn the_base_image_has_every_agents_user() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let hosts = nix.hosts(fixture.root(), None);
    let names: Vec<_> = hosts.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["agent-base", "agent-drago", "agent-luce", "agent-vesta"]);
    let base = &hosts["agent-base"];
    let users: Vec<_> = base["users"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(users, ["drago", "luce", "ncrmro", "vesta"]);
    let homes: Vec<_> = base["homes"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(homes, ["drago", "luce", "vesta"]);
    assert_eq!(base["autoLogin"]["enable"], false);
    for host in hosts.as_object().unwrap().values() {
        assert_eq!(host["failedAssertions"], json!([]));
        assert_eq!(host["warnings"], json!([]));
    }
}

/// The domain that `deploy` defines, the image that its disk is based on, and the configurations that it boots: each
/// switch installs the boot loader anew, so agents are held to the same as the base.
#[test]
fn every_machine_boots_in_its_domain_from_the_disk_of_the_image() {
    let Some(nix) = nix() else { return };
    let domain = fs::read_to_string(repository().join("generator/templates/domain.xml")).unwrap();
    let between = |from, to| domain.split_once(from).unwrap().1.split_once(to).unwrap().0;
    let (disk, serial) = (between("<target dev='", "' bus='virtio'/>"), between("<target port='", "'/>"));
    // A domain that names no firmware has a BIOS, which starts what the MBR of its disk holds.
    assert!(domain.contains("<boot dev='hd'/>"));
    assert!(!domain.contains("firmware") && !domain.contains("<loader"), "{domain}");
    assert!(domain.contains("<target type='virtio' name='org.qemu.guest_agent.0'/>"));

    let hosts = nix.hosts_with_stubs(Fixture::new().root());
    let image = &hosts["agent-base"]["image"];
    assert_eq!((&image["format"], &image["fileName"]), (&json!("qcow2"), &json!("nixos.qcow2")));
    assert_eq!((&image["partitionTableType"], &image["diskSize"]), (&json!("legacy"), &json!(20480)));
    for host in hosts.as_object().unwrap().values() {
        let boot = &host["boot"];
        let device = format!("/dev/{disk}");
        assert_eq!(boot["grub"], json!({ "enable": true, "device": device, "efiSupport": false }));
        assert_eq!(boot["systemdBoot"], json!(false));
        let label = image["label"].as_str().unwrap();
        assert_eq!(boot["root"]["device"], format!("/dev/disk/by-label/{label}"));
        assert_eq!(boot["root"]["fsType"], image["fsType"]);
        // A larger disk is used without a person.
        assert_eq!((&boot["growPartition"], &boot["root"]["autoResize"]), (&json!(true), &json!(true)));
        let modules = boot["availableKernelModules"].as_array().unwrap();
        assert!(modules.contains(&json!("virtio_pci")) && modules.contains(&json!("virtio_blk")));
        // The last console is where systemd reports, and the domain logs.
        let console = format!("console=ttyS{serial},115200");
        assert_eq!(boot["kernelParams"].as_array().unwrap().last(), Some(&json!(console)));
        assert_eq!(host["guestAgent"], true);
    }
}

#[test]
fn only_the_admin_has_sudo_without_a_password() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new();
    for host in nix.hosts(fixture.root(), None).as_object().unwrap().values() {
        assert_eq!(host["sudo"]["wheelNeedsPassword"], true);
        let free = host["sudo"]["extraRules"].as_array().unwrap().iter().filter(|rule| {
            let commands = rule["commands"].as_array().unwrap();
            commands.iter().any(|command| {
                command["options"].as_array().is_some_and(|it| it.contains(&json!("NOPASSWD")))
            })
        });
        let free: Vec<_> = free.map(|rule| (&rule["users"], &rule["groups"])).collect();
        assert_eq!(free, [(&json!(["ncrmro"]), &json!([]))]);
        assert_eq!(host["ssh"]["settings"]["PasswordAuthentication"], false);
        assert_eq!(host["ssh"]["hostKeys"][0]["path"], "/var/ssh/ssh_host_ed25519_key");
    }
}

#[test]
fn every_option_of_ours_says_what_it_is() {
    let Some(nix) = nix() else { return };
    assert_eq!(nix.list("tests/nix/options.nix"), json!([]));
}

#[test]
fn the_stubs_themselves_are_honest() {
    let Some(nix) = nix() else { return };
    assert_eq!(nix.list("tests/nix/self-test.nix"), json!([]));
}

#[test]
fn the_clone_of_an_older_sibling_evaluates() {
    let Some(nix) = nix() else { return };
    let fixture = crate::like::older();
    fixture.ok("new-agent vesta --like luce");
    // What the command says has to be made where the input lies.
    fixture.write("secrets/signing-vesta.age", "sealed elsewhere");
    nix.parse(&fixture);
    let host = &nix.hosts(fixture.root(), Some("agent-vesta"))["agent-vesta"];
    let files = host["files"].as_array().unwrap();
    assert!(files.contains(&json!("hosts/agent-vesta/qcow.nix")), "{files:?}");
}

#[test]
fn an_agent_of_an_adopted_flake_evaluates() {
    let Some(nix) = nix() else { return };
    let fixture = crate::adopt::flake();
    let key = repository().join("tests/keys/example_operator.pub");
    fixture.ok(&format!("init --admin-key {}", key.display()));
    fixture.ok("new-agent vesta");
    nix.parse(&fixture);
    for name in ["agent-base", "agent-vesta"] {
        let host = &nix.hosts(fixture.root(), Some(name))[name];
        assert_eq!(host["hostName"], json!(name), "{host}");
    }
}

#[test]
fn an_agent_of_a_flake_that_reads_its_folders_evaluates() {
    let Some(nix) = nix() else { return };
    for fixture in [crate::read_folders::import_tree(), crate::read_folders::read_dir()] {
        crate::read_folders::adopt(&fixture);
        fixture.ok("new-agent vesta");
        nix.parse(&fixture);
        assert_eq!(nix.names(fixture.root()), json!(["agent-base", "agent-vesta", "attic", "tower"]));
        for name in ["agent-base", "agent-vesta"] {
            let host = &nix.hosts(fixture.root(), Some(name))[name];
            assert_eq!((&host["hostName"], &host["failedAssertions"]), (&json!(name), &json!([])));
            assert_eq!(host["users"]["vesta"]["description"], "Autonomous agent Vesta");
        }
    }
}
