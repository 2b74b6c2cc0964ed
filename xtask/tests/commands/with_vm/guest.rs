//! The guest itself: what the other tests take for granted.

use std::fs;

use pretty_assertions::assert_eq;

use super::bed::{Bed, eventually, free_ports};
use crate::fixture::Outcome;

const MAIL: &str = "stalwart-mail-drago-password";

/// A machine that runs, reached as its admin user.
struct Guest<'a> {
    bed: &'a Bed,
    port: u16,
}

impl Guest<'_> {
    fn run(&self, command: &str) -> Outcome {
        self.bed.ssh("drago", self.port, command, &[])
    }

    /// Sends the clone as git sees it, and switches to it.
    fn switch(&self) -> Outcome {
        let pack = "git ls-files -z | tar --create --null --files-from=- --gzip";
        let tree = self.bed.command("sh").args(["-c", pack]).output().unwrap().stdout;
        let unpack = "rm -rf tree && mkdir -m 700 tree && tar --extract --gzip --directory=tree";
        assert_eq!(self.bed.ssh("drago", self.port, unpack, &tree).code, 0);
        self.run("cd tree && sudo nixos-rebuild switch --flake path:$PWD#agent-drago")
    }
}

/// Starts a machine without the tool, pins its host key, and gives that key.
fn start(bed: &Bed, port: u16) -> String {
    let (base, disk, log) = (bed.base_image(), bed.path("disk.qcow2"), bed.path("serial.log"));
    let create = ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"];
    assert!(bed.command("qemu-img").args(create).args([&base, &disk]).status().unwrap().success());
    let xml = include_str!("guest.xml")
        .replace("DISK", disk.to_str().unwrap())
        .replace("LOG", log.to_str().unwrap())
        .replace("PORT", &port.to_string());
    fs::write(bed.path("domain.xml"), xml).unwrap();
    let created = bed.virsh(&["create", bed.path("domain.xml").to_str().unwrap()]);
    assert_eq!(created.code, 0, "{}", created.stderr);
    let ping = ["qemu-agent-command", "agent-drago", r#"{"execute":"guest-ping"}"#];
    eventually(180, "the guest agent answers", || bed.virsh(&ping).code == 0);
    let scan = || {
        let port = port.to_string();
        let said =
            bed.command("ssh-keyscan").args(["-t", "ed25519", "-p", &port, "127.0.0.1"]).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        said.lines().find_map(|line| Some(line.split_once(' ')?.1.to_owned()))
    };
    eventually(60, "SSH answers", || scan().is_some());
    let key = scan().unwrap();
    fs::create_dir(bed.path(".agentvms")).unwrap();
    fs::write(bed.path(".agentvms/known_hosts"), format!("agent-drago {key}\n")).unwrap();
    key
}

#[test]
#[ignore = "starts a machine: cargo xtask test vm"]
fn a_switch_opens_the_secrets_of_a_machine_that_is_trusted_and_of_no_other() {
    let bed = Bed::new();
    let [port, _] = free_ports();
    let key = start(&bed, port);
    let guest = Guest { bed: &bed, port };
    let base = guest.run("hostname; sudo ls /run/agenix");
    assert_eq!((base.code, base.stdout.as_str()), (0, "agent-base\n"), "{}", base.stderr);

    let untrusted = guest.switch();
    assert_eq!(untrusted.code, 1, "{}", untrusted.stderr);
    let reason = format!("error: the host key of this machine does not open {MAIL}\n");
    assert!(untrusted.stderr.ends_with(&reason), "{}", untrusted.stderr);
    assert_eq!(guest.run("sudo ls /run/agenix/").stdout, "");

    let trust = ["trust", "drago", key.as_str()];
    assert_eq!(bed.run_with(&trust).code, 0);
    let trusted = guest.switch();
    assert_eq!(trusted.code, 0, "{}", trusted.stderr);
    let look = format!("hostname; sudo stat --dereference --format='%a %U' /run/agenix/{MAIL}");
    assert_eq!(guest.run(&look).stdout, "agent-drago\n400 drago\n");
    let secret = guest.run(&format!("sudo cat /run/agenix/{MAIL}")).stdout;
    assert_eq!(secret, bed.ok(&format!("secret show {MAIL}")).stdout);
    assert_eq!(secret.len(), 32);

    // A boot activates the system again: what it opens is in memory.
    let boot = "cat /proc/sys/kernel/random/boot_id";
    let before = guest.run(boot).stdout;
    guest.run("sudo systemctl reboot");
    eventually(180, "the machine is back", || {
        let now = guest.run(boot);
        now.code == 0 && now.stdout != before
    });
    assert_eq!(guest.run(&look).stdout, "agent-drago\n400 drago\n");

    let last = guest.run("cd /var/lib/nixos-stand-in/calls/002 && cat arguments directory result");
    let home = "/home/ncrmro/tree";
    assert_eq!(last.stdout, format!("switch\n--flake\npath:{home}#agent-drago\n{home}\n0\n"));

    for (fault, code) in [("fail", 1), ("slow 2", 0)] {
        guest.run(&format!("echo {fault} | sudo tee /var/lib/nixos-stand-in/fault"));
        assert_eq!(guest.switch().code, code, "{fault}");
    }
    guest.run("echo power-off | sudo tee /var/lib/nixos-stand-in/fault");
    assert_ne!(guest.switch().code, 0);
    eventually(30, "the machine is off", || bed.virsh(&["domstate", "agent-drago"]).code != 0);
}
