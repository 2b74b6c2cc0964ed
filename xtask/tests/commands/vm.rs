//! `vm`: one machine, against programs that stand in for libvirt's. What real ones do is tested in `with_vm`.

use std::{fs, net::TcpListener};

use pretty_assertions::assert_eq;

use crate::{
    fixture::Fixture,
    host::{Host, host_key},
};

#[test]
fn root_is_refused_before_anything_else() {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        eprintln!("skipped: this is not root");
        return;
    }
    for command in ["start", "stop", "status", "ssh", "destroy"] {
        let outcome = Fixture::empty().run(&format!("vm {command} drago"));
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.starts_with("error: root has no libvirt session"), "{}", outcome.stderr);
    }
}

#[test]
fn a_machine_that_is_not_deployed_is_named_with_the_command_that_deploys_it() {
    let host = Host::new();
    for command in ["start", "stop", "restart", "resume", "ssh"] {
        host.refused(&["vm", command, "drago"], 1, "agent-drago is not defined in libvirt");
        assert!(host.run(&format!("vm {command} drago")).stderr.contains("`deploy drago` makes it"));
    }
    host.refused(&["vm", "start", "nessuno"], 1, "there is no agent nessuno");
}

#[test]
fn libvirt_must_be_there() {
    let outcome = Host::new().run_in_empty_path("vm start drago");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.starts_with("error: this machine has no virsh\n"), "{}", outcome.stderr);
}

#[test]
fn start_starts_what_is_off_and_leaves_what_runs_alone() {
    let host = Host::new();
    free_ports(&host);
    host.define_drago("shut off (crashed)");
    assert_eq!(host.ok("vm start drago").stderr, "agent-drago is started\n");
    assert_eq!(host.state("drago"), "running (booted)");
    assert_eq!(host.ok("vm start drago").stderr, "agent-drago runs already\n");
    assert_eq!(host.calls(), ["start agent-drago"]);
}

#[test]
fn a_port_that_is_taken_is_named_before_qemu_finds_out() {
    let host = Host::new();
    let listener = free_ports(&host);
    host.define_drago("shut off (shutdown)");
    let taken = TcpListener::bind(("127.0.0.1", listener)).unwrap();
    let expected = format!("port {listener}, which is to be its SSH, is taken by another program");
    host.refused(&["vm", "start", "drago"], 1, &expected);
    drop(taken);
    host.ok("vm start drago");
}

#[test]
fn a_machine_that_is_paused_goes_on_when_the_disk_has_room_again() {
    let host = Host::new();
    host.define_drago("paused (I/O error)");
    host.put("libvirt/full", "");
    for command in ["start", "stop", "resume", "ssh"] {
        let outcome = host.run(&format!("vm {command} drago"));
        assert_eq!(outcome.code, 1, "{command}");
        assert!(outcome.stderr.contains("is paused (I/O error): vda: no space"), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("then `vm resume drago`: nothing is lost"), "{}", outcome.stderr);
    }
    fs::remove_file(host.path("libvirt/full")).unwrap();
    assert_eq!(host.ok("vm resume drago").stderr, "agent-drago goes on\n");
    assert_eq!(host.ok("vm resume drago").stderr, "agent-drago runs already\n");
}

#[test]
fn stop_asks_the_guest_and_pulls_the_plug_only_when_told_to() {
    let host = Host::new();
    host.define_drago("running (booted)");
    host.put("libvirt/deaf", "");
    host.refused(&["vm", "stop", "drago", "--limit", "1"], 1, "still runs after 1 seconds");
    assert_eq!(host.state("drago"), "running (booted)");
    assert_eq!(host.ok("vm stop drago --force").stderr, "agent-drago is off\n");
    assert_eq!(host.ok("vm stop drago").stderr, "agent-drago is off already\n");
    assert_eq!(host.calls(), ["shutdown agent-drago", "destroy agent-drago"]);
}

#[test]
fn restart_is_a_stop_and_a_start() {
    let host = Host::new();
    free_ports(&host);
    host.define_drago("running (booted)");
    assert_eq!(host.ok("vm restart drago").stderr, "agent-drago is off\nagent-drago is started\n");
    assert_eq!(host.calls(), ["shutdown agent-drago", "start agent-drago"]);
}

#[test]
fn ssh_believes_the_pinned_key_alone_and_ends_as_the_command_does() {
    let host = Host::new();
    host.define_drago("running (booted)");
    let outcome = host.run_with(&["vm", "ssh", "drago", "--", "cat", ">file"], host.root(), "some data");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (7, "some data"));
    let words = fs::read_to_string(host.path("ssh-words")).unwrap();
    for word in ["StrictHostKeyChecking=yes", "HostKeyAlias=agent-drago", "Port=2223"] {
        assert!(words.lines().any(|it| it == word), "{word}: {words}");
    }
    assert!(words.ends_with("\ndrago@agent-drago\ncat\n>file\n"), "{words}");
    host.run("vm ssh drago --admin -t");
    let words = fs::read_to_string(host.path("ssh-words")).unwrap();
    assert!(words.ends_with("\n-t\nncrmro@agent-drago\n"), "{words}");
}

#[test]
fn ssh_does_not_begin_where_it_can_t_know_whom_to_believe() {
    let host = Host::new();
    host.define_drago("shut off (shutdown)");
    host.refused(&["vm", "ssh", "drago"], 1, "agent-drago does not run: it is off (shutdown)");
    host.put("libvirt/agent-drago", "running (booted)");
    host.put(".agentvms/known_hosts", "");
    host.refused(&["vm", "ssh", "drago"], 1, "no host key is pinned for agent-drago");
    assert!(!host.path("ssh-words").exists());
}

#[test]
fn status_says_what_there_is() {
    let host = Host::new();
    let text = host.ok("vm status drago").stdout;
    assert!(text.contains("not defined: `deploy drago` makes it"), "{text}");
    host.define_drago("paused (I/O error)");
    let text = host.ok("vm status drago").stdout;
    for line in [
        "state       paused (I/O error)",
        "disk error  vda: no space",
        "SSH         127.0.0.1:2223",
        "snapshots   0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}:\n{text}");
    }
    let status: serde_json::Value = serde_json::from_str(&host.ok("vm status drago --json").stdout).unwrap();
    assert_eq!(status["state"], "paused (I/O error)");
    assert_eq!(status["disk"]["used"], 1 << 30);
    assert_eq!(status["guest_agent"], false);
}

#[test]
fn destroy_asks_and_leaves_nothing_but_the_tree() {
    let host = Host::new();
    host.define_drago("running (booted)");
    host.put(".agentvms/agent-drago.qcow2.new", "");
    host.refused(&["vm", "destroy", "drago"], 1, "agent-drago is left as it is");
    let said = host.ok("vm destroy drago --yes").stderr;
    assert!(said.contains("the domain agent-drago, which is running"), "{said}");
    assert!(said.contains("the host key that is pinned for it"), "{said}");
    assert!(said.contains("`deploy drago` makes the machine anew"), "{said}");
    assert!(!said.contains("--replace-host-key"), "its host key was never trusted: {said}");
    assert_eq!(files(&host), ["base", "known_hosts"]);
    assert_eq!(fs::read_to_string(host.path(".agentvms/known_hosts")).unwrap(), "");
    assert_eq!(host.state("drago"), "");
    let again = host.ok("vm destroy drago --yes").stderr;
    assert_eq!(again, "agent-drago is not there: nothing is left to destroy\n");
}

#[test]
fn destroy_goes_on_where_it_was_killed() {
    // Its domain is gone, its disk is gone: any rest is found.
    let rests: [&[&str]; 3] = [
        &["libvirt/agent-drago", "libvirt/agent-drago.xml"],
        &["libvirt/agent-drago", "libvirt/agent-drago.xml", ".agentvms/agent-drago.qcow2"],
        &[
            "libvirt/agent-drago",
            "libvirt/agent-drago.xml",
            ".agentvms/agent-drago.qcow2",
            ".agentvms/agent-drago.log",
        ],
    ];
    for gone in rests {
        let host = Host::new();
        host.define_drago("running (booted)");
        for file in gone {
            fs::remove_file(host.path(file)).unwrap();
        }
        host.ok("vm destroy drago --yes");
        assert_eq!(files(&host), ["base", "known_hosts"], "{gone:?}");
    }
}

#[test]
fn destroy_says_what_the_next_deployment_needs() {
    let host = Host::new();
    host.replace("secrets.nix", "systems = {", &format!("systems = {{ agent-drago = \"{}\";", host_key()));
    host.define_drago("shut off (shutdown)");
    let said = host.ok("vm destroy drago --yes").stderr;
    assert!(said.contains("`deploy drago --replace-host-key`"), "{said}");
}

#[test]
fn a_domain_of_somebody_else_is_not_destroyed() {
    let host = Host::new();
    host.define("drago", "5a30d0e8-5e52-59c4-86ba-11b786196422", "running (booted)");
    host.refused(
        &["vm", "destroy", "drago", "--yes"],
        1,
        "libvirt has another domain of the name agent-drago",
    );
    assert_eq!(host.state("drago"), "running (booted)");
}

/// The files of machines.
fn files(host: &Host) -> Vec<String> {
    let entries = fs::read_dir(host.path(".agentvms")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    files
}

/// Gives drago ports that are free here; that of SSH.
fn free_ports(host: &Host) -> u16 {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [ssh, spice] = listeners.map(|listener| listener.local_addr().unwrap().port());
    host.replace("hosts/agent-drago/default.nix", "sshPort = 2223;", &format!("sshPort = {ssh};"));
    host.replace("hosts/agent-drago/default.nix", "spicePort = 5900;", &format!("spicePort = {spice};"));
    ssh
}
