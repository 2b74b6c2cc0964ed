//! `vm`: one machine, against programs that stand in for libvirt's. What real ones do is tested in `with_vm`.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt};

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
    for command in [
        "start",
        "stop",
        "restart",
        "resume",
        "status",
        "ssh",
        "view",
        "console",
        "screenshot",
        "snapshot",
        "snapshots",
        "revert",
        "destroy",
    ] {
        let outcome = Fixture::empty().run(&format!("vm {command} drago"));
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.starts_with("error: root has no libvirt session"), "{}", outcome.stderr);
    }
}

#[test]
fn a_machine_that_is_not_deployed_is_named_with_the_command_that_deploys_it() {
    let host = Host::new();
    for command in
        ["start", "stop", "restart", "resume", "ssh", "view", "console", "screenshot", "snapshot", "revert"]
    {
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

#[test]
fn a_command_does_not_come_between_another_one() {
    let host = Host::new();
    host.define_drago("running (booted)");
    let lock = fs::File::create(host.path("run/agent-tool-agent-drago.lock")).unwrap();
    fs::set_permissions(host.path("run/agent-tool-agent-drago.lock"), fs::Permissions::from_mode(0o666))
        .unwrap();
    lock.lock().unwrap();
    for command in ["stop", "destroy --yes", "snapshot", "revert --yes"] {
        let outcome = host.run(&format!("vm {command} drago"));
        assert_eq!(outcome.code, 1, "{command}");
        assert!(outcome.stderr.contains("another command is at work on agent-drago"), "{}", outcome.stderr);
    }
    host.ok("vm status drago");
}

#[test]
fn the_ticket_reaches_the_viewer_in_a_file_that_is_the_users_alone() {
    let host = Host::new();
    host.define_drago("running (booted)");
    host.program("remote-viewer", "echo \"$*\"; stat -c %a \"$2\"; cat \"$2\"");
    let file = host.path("run/agent-tool-agent-drago.vv").display().to_string();
    let shown = host.ok("vm view drago").stdout;
    assert_eq!(
        shown,
        format!(
            "-- {file}\n600\n[virt-viewer]\ntype=spice\nhost=127.0.0.1\nport=5900\npassword=0123abcd\n\
             title=agent-drago\ndelete-this-file=1\n"
        )
    );
    // One that was left is replaced.
    host.put("run/agent-tool-agent-drago.vv", "of another");
    assert_eq!(host.ok("vm view drago").stdout, shown);
}

#[test]
fn the_ticket_is_printed_only_when_it_is_asked_for() {
    let host = Host::new();
    host.define_drago("running (booted)");
    let outcome = host.ok("vm view drago --print");
    assert_eq!(outcome.stdout, "spice://127.0.0.1:5900\n");
    assert!(!outcome.stderr.contains("0123abcd"));
    assert_eq!(host.ok("vm view drago --print --show-ticket").stdout, "spice://127.0.0.1:5900\n0123abcd\n");
    assert_eq!(host.run("vm view drago --show-ticket").code, 2);
}

#[test]
fn the_console_says_how_to_leave_it() {
    let host = Host::new();
    host.define_drago("running (booted)");
    let outcome = host.ok("vm console drago");
    assert_eq!(outcome.stdout, "at the console\n");
    assert!(outcome.stderr.contains("Ctrl-] leaves it"));
}

#[test]
fn the_log_is_plain_text_from_where_one_wants_it() {
    let host = Host::new();
    host.refused(&["vm", "log", "drago"], 1, "there is no log of agent-drago");
    host.define_drago("shut off (shutdown)");
    assert_eq!(host.ok("vm log drago").stdout, "one\ntwo\nthree\n");
    assert_eq!(host.ok("vm log drago -n 1").stdout, "three\n");
}

#[test]
fn the_log_is_followed() {
    use std::io::{BufRead, BufReader, Write};
    let host = Host::new();
    host.define_drago("running (booted)");
    let mut child = host.command(&["vm", "log", "drago", "-f", "-n", "0"], host.root()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let log = fs::OpenOptions::new().append(true).open(host.path(".agentvms/agent-drago.log"));
    log.unwrap().write_all(b"four\n").unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "four");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_screenshot_is_called_what_it_is() {
    let host = Host::new();
    host.define_drago("running (booted)");
    host.put("libvirt/display", "\u{1}PNG");
    host.refused(&["vm", "screenshot", "drago"], 1, "neither PNG nor PPM");
    host.put("libvirt/display", "P6 1 1 255 rgb");
    assert_eq!(host.ok("vm screenshot drago shot.png").stdout, "shot.ppm\n");
    fs::write(host.path("libvirt/display"), b"\x89PNG....").unwrap();
    assert_eq!(host.ok("vm screenshot drago").stdout, "drago.png\n");
    let mode = fs::metadata(host.root().join("drago.png")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!host.root().join("shot.png").exists());
}

#[test]
fn snapshots_are_made_listed_brought_back_and_deleted() {
    let host = Host::new();
    host.define_drago("shut off (shutdown)");
    free_ports(&host);
    host.refused(&["vm", "revert", "drago", "--yes"], 1, "agent-drago has no snapshot");
    host.ok("vm snapshot drago");
    host.ok("vm snapshot drago before-upgrade");
    host.refused(&["vm", "snapshot", "drago", "before-upgrade"], 1, "has a snapshot before-upgrade already");
    host.refused(&["vm", "snapshot", "drago", "a b"], 2, "a snapshot's name has letters");
    let listed: serde_json::Value =
        serde_json::from_str(&host.ok("vm snapshots drago --json").stdout).unwrap();
    assert_eq!(listed[0]["name"], "snapshot-1");
    assert_eq!(listed[1]["made"], "2026-11-24 22:37:20 +0000");
    host.refused(&["vm", "revert", "drago"], 1, "--yes does it without a question");
    host.refused(&["vm", "revert", "drago", "other", "--yes"], 1, "agent-drago has no snapshot other");
    let said = host.ok("vm revert drago --yes").stderr;
    assert_eq!(said, "agent-drago is as it was at before-upgrade: running\n");
    host.refused(
        &["vm", "snapshot", "drago", "snapshot-1", "--delete"],
        1,
        "--yes does it without a question",
    );
    host.ok("vm snapshot drago snapshot-1 --delete --yes");
    assert!(!host.ok("vm snapshots drago").stdout.contains("snapshot-1"));
    let told: Vec<_> = host.calls().into_iter().filter(|call| !call.starts_with("snapshot-list")).collect();
    assert_eq!(
        told,
        [
            "snapshot-create-as --atomic agent-drago snapshot-1",
            "snapshot-create-as --atomic agent-drago before-upgrade",
            "snapshot-current --name agent-drago",
            "snapshot-current --name agent-drago",
            "snapshot-revert agent-drago before-upgrade",
            "snapshot-delete agent-drago snapshot-1",
        ]
    );
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
