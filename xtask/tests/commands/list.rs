//! `list` and `show`.

use pretty_assertions::assert_eq;

use crate::{fixture::Fixture, host::Host};

#[test]
fn list_is_a_table() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta --memory 16");
    assert_eq!(
        fixture.ok("list").stdout,
        "\
AGENT  SSH   SPICE  MAC                GIB  CPUS  HOST KEY       SECRETS  VM
drago  2223  5900   52:54:00:1a:72:67  4    2     not known yet  1        -
luce   2224  5901   52:54:00:ba:12:c1  4    2     not known yet  1        -
vesta  2225  5902   52:54:00:5a:30:d0  16   2     born with it   2        -
"
    );
}

#[test]
fn list_is_json_for_programs() {
    let fixture = Fixture::new();
    let agents: serde_json::Value = serde_json::from_str(&fixture.ok("list --json").stdout).unwrap();
    assert_eq!(agents.as_array().unwrap().len(), 2);
    assert_eq!(agents[0]["name"], "drago");
    assert_eq!(agents[0]["ssh_port"], 2223);
    assert_eq!(agents[0]["host_key"], "unknown");
    assert_eq!(agents[0]["vm_state"], serde_json::Value::Null);
    assert_eq!(agents[0]["secrets"], serde_json::json!(["secrets/stalwart-mail-drago-password.age"]));
}

#[test]
fn list_says_what_it_can_and_fails_for_the_rest() {
    let fixture = Fixture::new();
    fixture.replace("hosts/agent-drago/default.nix", "sshPort = 2223;", "sshPort = 2222 + 1;");
    let outcome = fixture.run("list");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("luce ") && !outcome.stdout.contains("drago "), "{}", outcome.stdout);
    assert!(
        outcome
            .stderr
            .contains("hosts/agent-drago/default.nix:14:15: agent.vm.sshPort is not a number written out")
    );
}

#[test]
fn show_says_who_may_read_what() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let shown = fixture.ok("show vesta").stdout;
    for line in [
        "email        vesta@ncrmro.com",
        "SSH          127.0.0.1:2225",
        "host key     born with it",
        "secret       secrets/agent-vesta-host-key.age (read by ncrmro)",
        "secret       secrets/stalwart-mail-vesta-password.age (read by ncrmro, agent-vesta)",
        "part         the user modules/users/vesta.nix",
    ] {
        assert!(shown.lines().any(|it| it == line), "{line}: {shown}");
    }
    assert!(!shown.contains("missing"));
    let drago: serde_json::Value = serde_json::from_str(&fixture.ok("show drago --json").stdout).unwrap();
    assert_eq!(drago["host_key"], "unknown");
    assert_eq!(drago["fingerprint"], serde_json::Value::Null);
    assert_eq!(drago["host_state_version"], "24.05");
}

#[test]
fn list_and_show_say_what_machines_are_doing_where_libvirt_is_at_hand() {
    let host = Host::new();
    host.define_drago("paused (I/O error)");
    let listed = host.ok("list").stdout;
    let ends: Vec<_> = listed.lines().filter_map(|line| line.rsplit("  ").next()).collect();
    assert_eq!(ends, ["VM", "paused", "-", "-"]);
    assert_eq!(host.calls(), ["list --all"], "libvirt is asked once");
    let agents: serde_json::Value = serde_json::from_str(&host.ok("list --json").stdout).unwrap();
    assert_eq!(
        (&agents[0]["vm_state"], &agents[1]["vm_state"]),
        (&"paused".into(), &serde_json::Value::Null)
    );
    assert!(host.ok("show drago").stdout.contains("\nstate        paused\n"));
    assert!(!host.ok("show luce").stdout.contains("\nstate "));
}

#[test]
fn libvirt_that_fails_is_no_error_and_one_that_never_ran_a_machine_is_not_asked() {
    let host = Host::new();
    host.program("virsh", "exit 1");
    assert!(host.ok("list").stderr.is_empty());
    let host = Host::new();
    std::fs::remove_dir_all(host.path(".agentvms")).unwrap();
    host.ok("list");
    assert_eq!(host.calls(), [""; 0]);
}
