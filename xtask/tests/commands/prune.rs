//! `prune`.

use std::{fs, os::unix::fs::symlink, time::Duration};

use pretty_assertions::assert_eq;

use crate::host::Host;

/// Three base images, as Nix keeps them, the last one the newest; and a disk of drago's on the first.
fn bases() -> Host {
    let host = Host::new();
    host.define_drago("shut off (shutdown)");
    for name in ["first", "second", "third"] {
        let store = host.path(&format!("store-{name}"));
        fs::create_dir(&store).unwrap();
        fs::write(store.join("nixos.qcow2"), "").unwrap();
        symlink(&store, host.path(&format!(".agentvms/base/{name}"))).unwrap();
        // The next one is newer, however coarse the clock of the file system is.
        std::thread::sleep(Duration::from_millis(20));
    }
    let image = |path: &str| {
        format!(
            r#"{{"filename":"{}","format":"qcow2","virtual-size":1,"actual-size":1}}"#,
            host.path(path).display()
        )
    };
    let chain = [image(".agentvms/agent-drago.qcow2"), image("store-first/nixos.qcow2")];
    host.put(".agentvms/agent-drago.qcow2", &format!("[{}]", chain.join(",")));
    host
}

fn left(host: &Host) -> Vec<String> {
    let entries = fs::read_dir(host.path(".agentvms/base")).unwrap();
    let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_no_disk_is_based_on_is_let_go_of_the_newest_excepted() {
    let host = bases();
    let listed: serde_json::Value = serde_json::from_str(&host.ok("prune --dry-run --json").stdout).unwrap();
    let fates: Vec<_> = listed.as_array().unwrap().iter().map(|it| it["fate"].as_str().unwrap()).collect();
    assert_eq!(fates, ["needed", "dropped", "newest"]);
    assert_eq!(left(&host), ["first", "second", "third"]);
    let outcome = host.ok("prune");
    assert!(outcome.stdout.contains("base/first   needed        agent-drago.qcow2"), "{}", outcome.stdout);
    assert_eq!(outcome.stderr, "1 let go of: `nix store gc` frees the space\n");
    assert_eq!(left(&host), ["first", "third"]);
    assert!(host.path("store-second/nixos.qcow2").exists(), "the image itself is Nix's");
    assert_eq!(host.ok("prune").stderr, "nothing is to be let go of\n");
    host.ok("prune --all");
    assert_eq!(left(&host), ["first"]);
}

#[test]
fn nothing_is_let_go_of_while_a_disk_can_t_be_read() {
    let host = bases();
    host.put(".agentvms/agent-luce.qcow2.new", "no answer of qemu-img");
    host.refused(&["prune"], 1, "agent-luce.qcow2.new can't be read, so nothing is let go of");
    fs::remove_file(host.path(".agentvms/agent-luce.qcow2.new")).unwrap();
    fs::remove_file(host.path("store-first/nixos.qcow2")).unwrap();
    host.refused(&["prune", "--all"], 1, "agent-drago.qcow2 can't be read, so nothing is let go of");
    assert_eq!(left(&host), ["first", "second", "third"]);
}

#[test]
fn what_is_no_link_stays() {
    let host = bases();
    fs::create_dir(host.path(".agentvms/base/own")).unwrap();
    fs::write(host.path(".agentvms/base/own/nixos.qcow2"), "").unwrap();
    host.put(".agentvms/base/note", "");
    host.ok("prune --all");
    assert_eq!(left(&host), ["first", "note", "own"]);
}
