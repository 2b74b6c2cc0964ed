//! Steps against records of what libvirt, QEMU, SSH and the guest say (FACTS of libvirt 9.0): what goes wrong, in words.

use std::{
    fs,
    net::TcpListener,
    sync::{Mutex, OnceLock},
    time::Duration,
};

use generator::{
    domain::{self, Forward, Place as DomainPlace, VirtType},
    secrets::{host_key::HostKey, keyring::Keyring},
    tree::Tree,
};
use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::*;
use crate::{
    machine::{Files, known_hosts},
    report::Hint,
    tools::recorded::Recorded,
};

const VIRSH: &str = "$ virsh --quiet --connect qemu:///session";
const AGENT: &str = "$ virsh --quiet --connect qemu:///session qemu-agent-command --timeout 10 agent-drago";

/// What virsh says of a guest agent that is not there.
const SILENT: &str = "! error: Guest agent is not responding: QEMU guest agent is not connected\n[1]";

/// The machine of drago, in a tree that says no more than a deployment has to know.
const HOST: &str = r#"{
  networking.hostName = "agent-drago";
  agent.vm = {
    sshPort = 2223;
    spicePort = 5900;
    macAddress = "52:54:00:1a:72:67";
    memoryGiB = 4;
    vcpus = 2;
  };
}
"#;
const RULES: &str = "let systems = { }; in { }\n";
const SETTINGS: &str = include_str!("../../../agent-tool.toml");

/// A deployment of drago, whose programs say what is recorded.
struct Case {
    folder: TempDir,
    record: Recorded,
    options: Options,
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Say for Notes {
    fn looking(&self, _: Step) {}
    fn doing(&self, _: Step, _: &str) {}
    fn done(&self, _: Step, _: &str) {}
    fn line(&self, _: &str) {}
    fn note(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
    fn leave(&self, ask: &mut dyn FnMut()) {
        ask();
    }
}

impl Case {
    fn new(transcript: &str) -> Self {
        let options = Options {
            base_image: None,
            rebuild_base: false,
            full_copy: false,
            virt_type: Some(VirtType::Qemu),
            build_on: BuildOn::Guest,
            flake: None,
            fingerprint: None,
            replace_host_key: false,
            boot_limit: Duration::ZERO,
            command: "deploy".into(),
        };
        let folder = TempDir::new().unwrap();
        let host = folder.path().join("tree/hosts/agent-drago");
        fs::create_dir_all(&host).unwrap();
        fs::write(host.join("default.nix"), HOST).unwrap();
        fs::write(folder.path().join("tree/secrets.nix"), RULES).unwrap();
        fs::write(folder.path().join("tree/agent-tool.toml"), SETTINGS).unwrap();
        Self { folder, record: Recorded::new(transcript), options }
    }

    fn tree(&self) -> Tree {
        Tree::open(&self.folder.path().join("tree")).unwrap()
    }

    /// The files of machines.
    fn files(&self) -> Files {
        Files::at(self.folder.path().join("vms"))
    }

    /// Runs `test`, after which every recorded call must have been made.
    fn run<T>(&self, test: impl FnOnce(&Deployment<'_>) -> T) -> T {
        let tree = self.tree();
        let shared = Shared {
            place: &Place { root: Some(tree.root().to_owned()), wait: false },
            options: &self.options,
            programs: &self.record,
            identities: Vec::new(),
            keyring: Mutex::new(Keyring::default()),
            built: Mutex::default(),
            virt_type: OnceLock::new(),
            reach_limit: Duration::ZERO,
        };
        let notes = Notes::default();
        let mut deployment = Deployment::of(&shared, &tree, &"drago".parse().unwrap(), &notes).unwrap();
        deployment.machine.files = self.files();
        // A port that nobody listens on.
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        deployment.machine.vm.ssh_port = i64::from(free).try_into().unwrap();
        let outcome = test(&deployment);
        self.record.expect_done();
        outcome
    }

    /// The error of a step's `run`, whole, with what to do.
    #[track_caller]
    fn fails(&self, step: Step) -> String {
        let error = self.run(|deployment| deployment.run([step].into_iter())).unwrap_err();
        let hint = error.downcast_ref::<Hint>().map(|hint| hint.0.clone()).unwrap_or_default();
        format!("{error:#}\nhint: {hint}")
    }
}

#[track_caller]
fn says(text: &str, expected: &[&str]) {
    for words in expected {
        assert!(text.contains(words), "{words:?} is not said in\n{text}");
    }
}

/// What libvirt says when it is asked for drago's domain.
fn defined(case: &Case, change: impl Fn(String) -> String) -> String {
    let (tree, name) = (case.tree(), "drago".parse().unwrap());
    let vm = generator::agent::facts::vm(&tree, &name).unwrap();
    let place = DomainPlace {
        virt_type: VirtType::Qemu,
        forward: Forward::CommandLine,
        emulator: "/usr/bin/qemu-system-x86_64".into(),
        disk: case.files().disk(&name),
        log: case.files().log(&name),
    };
    change(domain::xml(&name, &vm, &place, Some("0123")).unwrap())
}

#[test]
fn a_port_that_another_program_has_is_named() {
    let case = Case::new(&format!(
        "{VIRSH} domstate --reason agent-drago\n! error: failed to get domain 'agent-drago'\n[1]"
    ));
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let error = case.run(|deployment| {
        let mut machine =
            Machine::of(deployment.session().unwrap().tree(), deployment.name(), &[], &case.record).unwrap();
        machine.vm.spice_port = i64::from(port).try_into().unwrap();
        machine.vm.ssh_port = deployment.machine.vm.ssh_port;
        preflight::ports(&machine).unwrap_err()
    });
    says(&format!("{error:#}"), &[&format!("port {port}, which is to be its SPICE, is taken")]);
    says(&error.downcast_ref::<Hint>().unwrap().0, &["ss -ltnp", "agent.vm"]);
}

#[test]
fn a_domain_of_the_name_that_is_not_ours_is_left_alone() {
    let case = Case::new("");
    let uuid = domain::uuid(&"drago".parse().unwrap());
    let theirs = "11111111-2222-3333-4444-555555555555";
    let xml = defined(&case, |xml| xml.replace(&uuid, theirs));
    let case = Case::new(&format!("{VIRSH} dumpxml --inactive --security-info agent-drago\n{xml}"));
    says(
        &case.fails(Step::Define),
        &["another domain of the name agent-drago", theirs, &uuid, "undefine agent-drago"],
    );
}

#[test]
fn a_domain_is_defined_with_a_ticket_that_stands_in_no_argument() {
    let case = Case::new(&format!(
        "{VIRSH} dumpxml --inactive --security-info agent-drago
         ! error: failed to get domain 'agent-drago'
         [1]
         {VIRSH} dumpxml --inactive --security-info agent-drago
         ! error: failed to get domain 'agent-drago'
         [1]
         {VIRSH} domcapabilities --virttype qemu --machine q35
         <domainCapabilities><path>/usr/bin/qemu-system-x86_64</path></domainCapabilities>
         {VIRSH} define --validate /dev/stdin
         {VIRSH} domstate --reason agent-drago
         shut off (unknown)"
    ));
    case.run(|deployment| {
        assert!(matches!(define::probe(deployment), Ok(Probe::Open(_))));
        define::run(deployment).unwrap();
    });
    let inputs = case.record.inputs();
    let ticket = inputs[0].split_once("passwd='").unwrap().1.split('\'').next().unwrap().to_owned();
    assert_eq!(ticket.len(), 32);
}

#[test]
fn a_machine_that_libvirt_paused_is_explained() {
    let case = Case::new(&format!(
        "{VIRSH} domstate --reason agent-drago
         paused (I/O error)
         {VIRSH} domblkerror agent-drago
         vda: no space"
    ));
    says(
        &case.fails(Step::Start),
        &["paused (I/O error): vda: no space", "free some space", "`vm resume drago`"],
    );
}

#[test]
fn a_disk_that_somebody_else_uses_is_named() {
    let case = Case::new(&format!(
        "{VIRSH} domstate --reason agent-drago
         shut off (shutdown)
         {VIRSH} domstate --reason agent-drago
         shut off (shutdown)
         {VIRSH} start agent-drago
         ! error: Failed to start domain 'agent-drago'
         ! error: internal error: process exited while connecting to monitor: Failed to get \"write\" lock
         [1]"
    ));
    says(&case.fails(Step::Start), &["agent-drago does not start", "agent-drago.qcow2: end it first"]);
}

#[test]
fn a_machine_that_stops_while_it_is_waited_for_shows_its_last_words() {
    let case = Case::new(&format!(
        "{VIRSH} domstate --reason agent-drago
         shut off (shutdown)
         {VIRSH} domstate --reason agent-drago
         shut off (shutdown)
         {VIRSH} start agent-drago
         {VIRSH} domstate --reason agent-drago
         shut off (crashed)"
    ));
    case.files().make().unwrap();
    fs::write(case.files().log(&"drago".parse().unwrap()), "Kernel panic - not syncing\n").unwrap();
    says(&case.fails(Step::Start), &["it is off (crashed)", "agent-drago.log:", "Kernel panic"]);
}

#[test]
fn a_machine_that_never_answers_ends_in_an_error_within_its_limit() {
    let case = Case::new(&format!(
        "{VIRSH} domstate --reason agent-drago
         running (booted)
         {AGENT} *\n{SILENT}
         {VIRSH} domstate --reason agent-drago
         running (booted)
         {VIRSH} domstate --reason agent-drago
         running (booted)
         {AGENT} *\n{SILENT}"
    ));
    let error = case.fails(Step::Start);
    says(&error, &["did not come up within 0 seconds", "neither SSH nor its guest agent", "--boot-limit"]);
    says(&error, &["the step `start` failed", "`deploy drago` goes on from there"]);
}

/// What the guest agent says of a host key.
fn host_key(key: &Recipient) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine};
    let base64 = BASE64_STANDARD.encode(format!("{} root@agent-base\n", key.as_str()));
    format!(
        "{AGENT} *\n{{\"return\":7}}\n{AGENT} *\n{{\"return\":{{\"count\":9,\"buf-b64\":\"{base64}\"}}}}\n\
         {AGENT} *\n{{\"return\":{{}}}}\n"
    )
}

#[test]
fn a_host_key_that_changed_is_refused_with_both_fingerprints() {
    let [pinned, shown] = ["a", "b"].map(|host| HostKey::generate(host).unwrap().public);
    let case = Case::new(&format!(
        "{VIRSH} domstate --reason agent-drago\nrunning (booted)\n{0}{0}",
        host_key(&shown)
    ));
    known_hosts::pin(&case.files(), "agent-drago", &pinned).unwrap();
    let prints = [&pinned, &shown].map(|key| key.fingerprint().unwrap());
    says(&case.fails(Step::Identity), &["has changed", &prints[0], &prints[1], "known_hosts"]);
    assert_eq!(known_hosts::pinned(&case.files(), "agent-drago").unwrap(), Some(pinned));
}

#[test]
fn a_machine_without_a_guest_agent_is_not_believed_by_itself() {
    let shown = HostKey::generate("a").unwrap().public;
    let scan = |port: u16| {
        format!(
            "{AGENT} *\n{SILENT}\n$ ssh-keyscan -T 10 -t ed25519 -p {port} 127.0.0.1\n127.0.0.1 {}",
            shown.as_str()
        )
    };
    // The port is not known before, and any will do.
    let transcript = scan(0).replace("-p 0 127.0.0.1", "*");
    let case = Case::new(&format!("{VIRSH} domstate --reason agent-drago\nrunning (booted)\n{transcript}"));
    let print = shown.fingerprint().unwrap();
    says(
        &case.fails(Step::Identity),
        &["which nobody vouches for", &format!("--host-key-fingerprint {print}")],
    );
    assert_eq!(known_hosts::pinned(&case.files(), "agent-drago").unwrap(), None);

    let mut case =
        Case::new(&format!("{VIRSH} domstate --reason agent-drago\nrunning (booted)\n{transcript}"));
    case.options.fingerprint = Some("SHA256:another".into());
    says(&case.fails(Step::Identity), &[&print, "and not SHA256:another"]);
}

#[test]
fn with_its_fingerprint_a_machine_without_a_guest_agent_is_pinned() {
    let shown = HostKey::generate("a").unwrap().public;
    let mut case = Case::new(&format!(
        "{AGENT} *\n{SILENT}\n$ ssh-keyscan *\n127.0.0.1 {}\n$ ssh ncrmro@agent-drago sudo: true",
        shown.as_str()
    ));
    case.options.fingerprint = shown.fingerprint();
    case.run(identity::run).unwrap();
    assert_eq!(known_hosts::pinned(&case.files(), "agent-drago").unwrap(), Some(shown));
}

#[test]
fn a_pushed_flake_is_not_switched_to_when_the_tree_has_just_changed() {
    let mut case = Case::new("");
    case.options.flake = Some("github:me/config".into());
    case.options.command = "deploy --flake github:me/config".into();
    let error = case.run(|deployment| {
        deployment.changed.set(true);
        switch::run(deployment).unwrap_err()
    });
    let hint = &error.downcast_ref::<Hint>().unwrap().0;
    assert_eq!(hint, "commit and push it, then `deploy --flake github:me/config drago --from switch`");
}

#[test]
fn a_configuration_that_is_built_here_is_switched_to_over_the_strict_connection() {
    let ssh = "$ ssh ncrmro@agent-drago sudo:";
    let before = format!("{ssh} uname -n\nagent-base\n{ssh} Notes the system that runs, to go back to.\n");
    let mut case = Case::new("");
    case.options.build_on = BuildOn::Operator;
    let rebuild = |case: &Case| {
        let root = case.tree().root().display().to_string();
        format!("$ nixos-rebuild switch --flake {root}#agent-drago --target-host ncrmro@agent-drago --sudo\n")
    };
    case.record = Recorded::new(&format!(
        "{before}{}{ssh} true\n$ tar *\nan archive\n{ssh} Notes what the machine was switched to*\n{ssh} true\n\
         {ssh} Has the login screen log the agent in.\n",
        rebuild(&case)
    ));
    case.run(switch::run).unwrap();
    let options = case.record.variable("NIX_SSHOPTS");
    says(&options, &["StrictHostKeyChecking=yes", "HostKeyAlias=agent-drago", "HostName=127.0.0.1"]);

    case.record = Recorded::new(&format!("{before}{}! error: cannot build 'x.drv'\n[1]", rebuild(&case)));
    says(&format!("{:#}", case.run(switch::run).unwrap_err()), &["cannot build 'x.drv'"]);
}

#[test]
fn nixos_rebuild_that_fails_is_shown_by_the_end_of_its_journal() {
    let case = Case::new(
        "$ ssh ncrmro@agent-drago sudo: How the switch stands*
         ActiveState=failed
         SubState=failed
         Result=exit-code
         ExecMainStatus=1
         Description=agent-tool switch abc

         error: attribute 'agent-drago' missing
         -- cursor: s=1",
    );
    let end = case.run(|deployment| unit::follow(deployment).unwrap());
    let unit::End::Failed { code, words } = end else { panic!("it did not fail") };
    assert_eq!((code.as_str(), words), ("1", vec!["error: attribute 'agent-drago' missing".to_owned()]));
}

#[test]
fn a_switch_is_followed_by_the_guest_agent_while_the_network_is_gone() {
    use base64::prelude::{BASE64_STANDARD, Engine};
    let status = "ActiveState=active\nSubState=exited\nResult=success\nExecMainStatus=0\n\n-- cursor: s=1\n";
    let case = Case::new(&format!(
        "$ ssh ncrmro@agent-drago sudo: How the switch stands*
         ! ssh: connect to host 127.0.0.1 port 2223: Connection refused
         [255]
         {AGENT} *
         {{\"return\":{{\"pid\":42}}}}
         {AGENT} *
         {{\"return\":{{\"exited\":true,\"exitcode\":0,\"out-data\":\"{}\"}}}}",
        BASE64_STANDARD.encode(status)
    ));
    assert!(matches!(case.run(|deployment| unit::follow(deployment).unwrap()), unit::End::Done));
}

/// What the guest agent says while it brings back a system: the path of before, that it has begun, and how it stands.
fn going_back(result: &str) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine};
    let base64 = |text: &str| BASE64_STANDARD.encode(text);
    let previous = base64("/nix/store/abc-nixos-system-agent-base\n");
    let ran = |out: &str| {
        format!(
            "{AGENT} *\n{{\"return\":{{\"pid\":42}}}}\n\
             {AGENT} *\n{{\"return\":{{\"exited\":true,\"exitcode\":0,\"out-data\":\"{}\"}}}}\n",
            base64(out)
        )
    };
    format!(
        "{AGENT} '{{\"arguments\":{{\"mode\":\"r\",\"path\":\"/var/lib/agent-tool/previous\"}},\"execute\":\"guest-file-open\"}}'
         {{\"return\":7}}
         {AGENT} *
         {{\"return\":{{\"count\":9,\"buf-b64\":\"{previous}\"}}}}
         {AGENT} *
         {{\"return\":{{}}}}
         {}{AGENT} *\n{SILENT}\n{}",
        ran(""),
        ran(result)
    )
}

#[test]
fn a_machine_that_is_lost_after_a_switch_runs_the_system_of_before_again() {
    let done = going_back("ActiveState=active\nSubState=exited\nResult=success\n");
    let case = Case::new(&format!("{done}$ ssh ncrmro@agent-drago sudo: true\n"));
    let error = case.run(|deployment| rollback::run_with(deployment, Duration::ZERO));
    says(
        &format!("{error:#}"),
        &[
            "can't be entered since it was switched",
            "runs /nix/store/abc-nixos-system-agent-base again, and can be",
        ],
    );
}

#[test]
fn a_machine_that_can_t_be_brought_back_is_said_to_be_lost() {
    let case = Case::new(&going_back("ActiveState=failed\nSubState=failed\nResult=exit-code\n"));
    let error = case.run(|deployment| rollback::run_with(deployment, Duration::ZERO));
    says(&format!("{error:#}"), &["can't be brought back", "journalctl --unit=agent-tool-rollback.service"]);
}

#[test]
fn a_machine_without_its_secret_is_not_deployed() {
    let case = Case::new(&format!(
        "{VIRSH} domstate --reason agent-drago
         running (booted)
         $ ssh ncrmro@agent-drago sudo: Says what of the machine is not as it should be*
         wrong there is no /run/agenix/stalwart-mail-drago-password
         failed foo.service
         {VIRSH} domstate --reason agent-drago
         running (booted)
         $ ssh ncrmro@agent-drago sudo: Says what of the machine is not as it should be*
         wrong there is no /run/agenix/stalwart-mail-drago-password
         failed foo.service"
    ));
    says(
        &case.fails(Step::Verify),
        &["agent-drago is not what it should be", "there is no /run/agenix/stalwart"],
    );
}

#[test]
fn a_disk_whose_base_image_is_gone_is_not_started() {
    let case = Case::new(
        "$ qemu-img info*
         ! qemu-img: Could not open '/nix/store/x/nixos.qcow2': No such file or directory
         [1]",
    );
    case.files().make().unwrap();
    fs::write(case.files().disk(&"drago".parse().unwrap()), "").unwrap();
    says(
        &case.fails(Step::Disk),
        &["its base image is gone", "nixos.qcow2': No such file", "`vm destroy drago`"],
    );
}

#[test]
fn a_base_image_that_is_not_there_is_named() {
    let mut case = Case::new("");
    case.options.base_image = Some("/nowhere/base.qcow2".into());
    says(&case.fails(Step::Image), &["there is no base image /nowhere/base.qcow2"]);
}
