//! The machine that runs the agents: `nixosModules.agent-host`.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::nix;
use crate::fixture::Fixture;

/// Marks agents to start together with the machine.
fn with_autostart(agents: &[&str]) -> Fixture {
    let fixture = Fixture::new();
    for agent in agents {
        let host = format!("hosts/agent-{agent}/default.nix");
        fixture.replace(&host, "vcpus = 2;", "vcpus = 2;\n    autostart = true;");
    }
    fixture
}

#[test]
fn it_has_what_session_machines_need() {
    let Some(nix) = nix() else { return };
    let operator = nix.operator(Fixture::new().root());
    assert_eq!(operator["failedAssertions"], json!([]));
    assert_eq!((&operator["libvirt"], &operator["linger"]), (&json!(true), &json!(true)));
    assert_eq!(operator["packages"], json!(["libvirt", "qemu", "passt", "virt-viewer"]));
    assert_eq!(operator["units"], json!({}));
}

#[test]
fn it_has_a_unit_for_the_agents_that_are_marked() {
    let Some(nix) = nix() else { return };
    let fixture = with_autostart(&["luce"]);
    // The tool reads the numbers beside the mark as before.
    fixture.ok("check");
    let unit = &nix.operator(fixture.root())["units"]["agent-vms"];
    assert_eq!(unit["condition"], json!({ "ConditionUser": "alice" }));
    assert_eq!(unit["wantedBy"], json!(["default.target"]));
    assert_eq!(unit["path"], json!(["libvirt", "qemu", "passt"]));
    assert_eq!(unit["environment"]["LIBVIRT_DEFAULT_URI"], "qemu:///session");
}

/// A `virsh` that knows the machines whose state is in a file of their name, and logs what changes it.
const VIRSH: &str = r#"#!/bin/sh
cd "$STATES"
case $1 in
  domstate) cat "$2" ;;
  start) echo "start $2" >> log; test "$2" != agent-broken && echo running > "$2" ;;
  shutdown) echo "shutdown $2" >> log; echo 'shut off' > "$2" ;;
esac
"#;

/// What a script of the unit does with machines in these states, and whether it succeeds.
fn with_machines(script: &Value, states: &[(&str, &str)]) -> (bool, String) {
    let folder = Fixture::empty();
    for (machine, state) in states {
        folder.write(machine, &format!("{state}\n\n"));
    }
    folder.write("log", "");
    folder.write("bin/virsh", VIRSH);
    let virsh = folder.root().join("bin/virsh");
    fs::set_permissions(&virsh, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.root().join("bin").display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-e", "-c", script.as_str().unwrap()])
        .envs([("PATH", path.as_str()), ("STATES", folder.root().to_str().unwrap())])
        .output()
        .unwrap();
    (output.status.success(), folder.read("log"))
}

#[test]
fn the_unit_starts_what_is_off_and_shuts_down_what_runs() {
    let Some(nix) = nix() else { return };
    let fixture = with_autostart(&["drago", "luce"]);
    let unit = &nix.operator(fixture.root())["units"]["agent-vms"];

    let (done, log) =
        with_machines(&unit["script"], &[("agent-drago", "shut off"), ("agent-luce", "running")]);
    assert_eq!((done, log.as_str()), (true, "start agent-drago\n"));
    // One that was never deployed is no failure, one that does not start is.
    let (done, log) = with_machines(&unit["script"], &[("agent-luce", "crashed")]);
    assert_eq!((done, log.as_str()), (true, "start agent-luce\n"));
    let script = json!(unit["script"].as_str().unwrap().replace("agent-drago", "agent-broken"));
    let (done, log) = with_machines(&script, &[("agent-broken", "shut off"), ("agent-luce", "shut off")]);
    assert_eq!((done, log.as_str()), (false, "start agent-broken\nstart agent-luce\n"));

    let (done, log) =
        with_machines(&unit["preStop"], &[("agent-drago", "running"), ("agent-luce", "running")]);
    assert_eq!((done, log.as_str()), (true, "shutdown agent-drago\nshutdown agent-luce\n"));
}
