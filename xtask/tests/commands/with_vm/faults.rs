//! What goes wrong ends in an error that names it, and a rerun goes on.

use std::{fs, io::Read, net::TcpListener, process::Stdio};

use pretty_assertions::assert_eq;

use super::{
    bed::{Bed, eventually},
    expect_deployed,
};

const MAIL: &str = "stalwart-mail-drago-password";

#[test]
#[ignore = "starts a machine: cargo xtask test vm"]
fn what_is_wrong_before_a_machine_runs_is_named_and_leaves_nothing() {
    let bed = Bed::new();
    let port = bed.port("drago", "ssh_port");
    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    bed.deploy_fails("drago", &[&format!("port {port}"), "taken by another program", "`preflight` failed"]);
    drop(taken);
    let luce = bed.port("luce", "ssh_port");
    let give_luce = |from: u16, to: u16| {
        bed.tree().replace("hosts/agent-luce/default.nix", &from.to_string(), &to.to_string());
        bed.tree().replace("docs/agentvms.md", &format!("| luce | {from}"), &format!("| luce | {to}"));
    };
    give_luce(luce, port);
    bed.deploy_fails(
        "drago",
        &["the tree has an error", &format!("port {port}"), "luce", "`preflight` failed"],
    );
    give_luce(port, luce);
    let missing = bed.run("deploy drago --virt-type qemu --base-image none.qcow2");
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("there is no base image none.qcow2"), "{}", missing.stderr);
    assert!(!bed.path(".agentvms").exists());

    let other = "<domain type='qemu'><name>agent-drago</name><memory>1024</memory>
        <os><type>hvm</type></os></domain>";
    fs::write(bed.path("other.xml"), other).unwrap();
    assert_eq!(bed.virsh(&["define", bed.path("other.xml").to_str().unwrap()]).code, 0);
    bed.deploy_fails(
        "drago",
        &["another domain of the name agent-drago", "`define` failed", "undefine agent-drago"],
    );
    assert_eq!(bed.virsh(&["undefine", "agent-drago"]).code, 0);

    bed.deployed("drago --until define");
    let disk = bed.path(".agentvms/agent-drago.qcow2");
    let mut user = bed.command("qemu-io");
    let mut user = user.arg(disk).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // It asks for commands when it has the disk.
    user.stdout.as_mut().unwrap().read_exact(&mut [0; 7]).unwrap();
    bed.deploy_fails("drago", &["Failed to get \"write\" lock", "`start` failed"]);
    user.kill().unwrap();
    user.wait().unwrap();
    bed.deploy_fails(
        "drago --boot-limit 2",
        &["agent-drago did not come up within 2 seconds", "--boot-limit"],
    );
}

#[test]
#[ignore = "starts a machine: cargo xtask test vm"]
fn a_machine_in_trouble_is_named_and_what_was_done_stays_done() {
    let bed = Bed::new();
    let small = bed.with_little_space();
    bed.deployed("drago --until identity");

    // Nobody vouches for a host key but the guest agent, or the operator.
    let (key, print) = (bed.pinned("drago"), bed.fingerprint("drago"));
    fs::remove_file(bed.known_hosts()).unwrap();
    bed.agent("drago", "systemctl stop qemu-guest-agent");
    let vouched = ["has no guest agent", &print, "nobody vouches for", "`identity` failed"];
    bed.deploy_fails("drago --until identity", &vouched);
    let other = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
    let given =
        |print: &str| format!("drago --from identity --until identity --host-key-fingerprint {print}");
    bed.deploy_fails(&given(other), &[&format!("shows {print}, and not {other}")]);
    assert!(!bed.known_hosts().exists());
    bed.deployed(&given(&print));
    assert_eq!(bed.pinned("drago"), key);
    bed.guest("drago", "sudo systemctl start qemu-guest-agent");

    // A switch before the secrets are the machine's gives it none.
    let unopened = format!("the host key of this machine does not open {MAIL}");
    bed.deploy_fails("drago --from switch", &["nixos-rebuild failed", &unopened, "`switch` failed"]);
    // Where a pushed flake can't have the trust yet, there is no switch.
    let stopped = ["the tree has just changed", "commit and push it", "--from switch", "`switch` failed"];
    bed.deploy_fails("drago --flake github:you/flake", &stopped);
    assert_eq!(bed.trusted("drago"), Some(key.clone()));
    let trusted = bed.tree().snapshot();

    bed.fault("drago", "fail");
    bed.deploy_fails(
        "drago",
        &["nixos-rebuild failed", "this stand-in was told to fail", "drago` goes on from there"],
    );
    bed.fault("drago", "power-off");
    bed.deploy_fails("drago", &["the switch was cut off", "does not run any more", "Reached target"]);
    bed.deployed("drago --until identity");
    bed.fault("drago", "cut-off 10");
    bed.deployed("drago");
    expect_deployed(&bed, "drago", 4);

    // Another host key may be another machine: nobody goes on with it.
    bed.agent(
        "drago",
        "cd /var/ssh && cp ssh_host_ed25519_key old && rm ssh_host* && systemctl restart first-boot ssh",
    );
    let refused = || bed.ssh("drago", "true").stderr.contains("Host key verification failed");
    eventually(60, "SSH refuses the machine", refused);
    let hint = bed.known_hosts().display().to_string();
    bed.deploy_fails(
        "drago",
        &["the host key of agent-drago has changed", &print, &hint, "`identity` failed"],
    );
    assert_eq!(bed.pinned("drago"), key);
    let back = "cd /var/ssh && mv old ssh_host_ed25519_key && ssh-keygen -y -f ssh_host_ed25519_key >ssh_host_ed25519_key.pub";
    bed.agent("drago", &format!("{back} && systemctl restart ssh"));
    eventually(60, "SSH knows the machine again", || bed.ssh("drago", "true").code == 0);
    bed.deployed("drago");

    // What holds one back holds nobody else.
    let port = bed.port("luce", "ssh_port");
    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    bed.deploy_fails("luce drago", &["drago: nothing was to be done", "1 of 2 are not deployed: luce"]);
    drop(taken);

    if small {
        bed.fill();
        // It never returns: the machine stands still.
        let mut write =
            bed.ssh_command("drago", "sudo dd if=/dev/urandom of=/var/filled bs=1M count=200 conv=fsync");
        let mut write = write.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let paused =
            || bed.virsh(&["domstate", "--reason", "agent-drago"]).stdout.contains("paused (I/O error)");
        eventually(120, "the machine is paused", paused);
        bed.deploy_fails("drago", &["agent-drago is paused (I/O error)", "no space", "free some space"]);
        bed.empty();
        bed.ok("vm resume drago");
        write.wait().unwrap();
    }
    bed.deployed("drago");
    expect_deployed(&bed, "drago", 4);
    assert_eq!(bed.tree().snapshot(), trusted);
}
