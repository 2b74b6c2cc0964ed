//! `new-agent --like`, and trees whose agents predate the tool.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use crate::fixture::Fixture;

/// The lines that a dry run adds, by file, without those that are random.
fn added(fixture: &Fixture, words: &str) -> BTreeMap<String, Vec<String>> {
    let mut added = BTreeMap::<_, Vec<_>>::new();
    let mut path = String::new();
    for line in fixture.ok(words).stdout.lines() {
        if let Some(to) = line.strip_prefix("+++ b/") {
            to.clone_into(&mut path);
        } else if let Some(line) = line.strip_prefix('+').filter(|_| !line.starts_with("+++")) {
            let is_random = path.ends_with(".recipients") || line.contains("ssh-ed25519");
            let line = if is_random { line.rsplit(' ').next().unwrap_or_default() } else { line };
            let line = if line.contains("AAAA") { "a key" } else { line };
            added.entry(path.clone()).or_default().push(line.to_owned());
        }
    }
    added
}

#[test]
fn like_luce_is_what_the_templates_give() {
    let fixture = Fixture::new();
    let templates = added(&fixture, "new-agent vesta --dry-run");
    assert_eq!(added(&fixture, "new-agent vesta --like luce --dry-run"), templates);
    assert!(templates.len() >= 8, "{templates:?}");
}

const VM_XML: &str = "\
<domain type='kvm'>
  <name>agent-luce</name>
  <uuid>c7a5fdbd-cdaf-9455-926a-d65c16db1809</uuid>
  <memory unit='GiB'>4</memory>
  <vcpu>2</vcpu>
  <devices>
    <disk type='file' device='disk'>
      <source file='/var/lib/agents/agent-luce.qcow2'/>
    </disk>
    <interface type='user'>
      <mac address='52:54:00:12:34:56'/>
    </interface>
    <graphics type='spice' port='5901' autoport='no' listen='127.0.0.1'/>
  </devices>
</domain>
";

/// This repository's tree as it may have been before the tool: luce's machine is in XML of its own, the host has an
/// image, an overlay and a secret from an input, and its home has a picture.
pub(crate) fn older() -> Fixture {
    let fixture = Fixture::new();
    let host = fixture.read("hosts/agent-luce/default.nix");
    let (before, rest) = host.split_once("  agent.vm = {").unwrap();
    let (_, after) = rest.split_once("  };\n").unwrap();
    let more = "\
  nixpkgs.overlays = [ (import ../../overlays/luce.nix) ];
  age.secrets.signing-luce.file = \"${inputs.self}/secrets/signing-luce.age\";
";
    let host = format!("{before}{more}{after}");
    let host = host.replacen("  imports = [\n", "  imports = [\n    ./qcow.nix\n", 1);
    fixture.write("hosts/agent-luce/default.nix", &host);
    fixture.write("hosts/agent-luce/qcow.nix", "{\n  system.build.note = \"of luce\";\n}\n");
    fixture.write("hosts/agent-luce/vm.xml", VM_XML);
    fixture.write("overlays/luce.nix", "final: prev: { }\n");
    std::fs::write(fixture.root().join("home-manager/luce/face.png"), b"\x89PNG\xff").unwrap();
    fixture.commit();
    fixture
}

#[test]
fn machines_in_xml_are_listed_and_checked() {
    let fixture = older();
    let list = fixture.ok("list").stdout;
    let luce = list.lines().find(|line| line.starts_with("luce")).unwrap().to_owned();
    assert!(luce.contains("2224  5901   52:54:00:12:34:56  4    2"), "{luce}");
    let said = fixture.ok("check").stderr;
    assert!(said.contains("0 errors"), "{said}");
    fixture.replace("hosts/agent-luce/vm.xml", "port='5901'", "port='5900'");
    let outcome = fixture.run("check");
    let taken = "hosts/agent-luce/vm.xml:1:1: error: port 5900 is taken: drago has it";
    assert!(outcome.stdout.contains(taken), "{outcome:?}");
    assert_eq!(outcome.code, 1);
}

#[test]
fn an_older_sibling_is_cloned_whole() {
    let fixture = older();
    let outcome = fixture.ok("new-agent vesta --like luce");
    assert_eq!(fixture.read("hosts/agent-vesta/qcow.nix"), "{\n  system.build.note = \"of vesta\";\n}\n");
    let xml = fixture.read("hosts/agent-vesta/vm.xml");
    for part in ["<name>agent-vesta</name>", "agent-vesta.qcow2", "port='5902'", "52:54:00:5a:30:d0"] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    assert!(!xml.contains("c7a5fdbd") && !xml.contains("luce"), "{xml}");
    let host = fixture.read("hosts/agent-vesta/default.nix");
    assert!(host.contains("./qcow.nix") && host.contains("age.secrets.signing-vesta.file"), "{host}");
    let picture = std::fs::read(fixture.root().join("home-manager/vesta/face.png")).unwrap();
    assert_eq!(picture, b"\x89PNG\xff");
    for note in [
        "home-manager/vesta/face.png is no text",
        "the secret signing-luce lies in an input of the flake: make signing-vesta there",
    ] {
        assert!(outcome.stderr.contains(note), "{note}: {}", outcome.stderr);
    }
    let list = fixture.ok("list").stdout;
    assert!(list.lines().any(|line| line.starts_with("vesta") && line.contains("5902")), "{list}");
    assert!(fixture.ok("new-agent vesta --like luce").stderr.contains("already there"));
}

#[test]
fn secrets_of_a_sibling_are_made_anew() {
    let fixture = Fixture::new().with_operator();
    fixture.ok("new-agent luna");
    fixture.ok("secret new token-luna");
    fixture.commit();
    let outcome = fixture.ok("new-agent vesta --like luna");
    let rules = fixture.read("secrets.nix");
    let rule = "\"secrets/token-vesta.age\".publicKeys = adminKeys;";
    assert!(rules.contains(rule), "{rules}");
    assert!(outcome.stderr.contains("secrets/token-vesta.age has a random value"), "{}", outcome.stderr);
    let show = |name: &str| fixture.ok(&format!("secret show {name}")).stdout;
    assert_ne!(show("token-vesta"), show("token-luna"));
    assert_ne!(show("stalwart-mail-vesta-password"), show("stalwart-mail-luna-password"));
}

#[test]
fn a_key_of_its_own_is_asked_for() {
    let fixture = Fixture::new();
    let words = ["new-agent", "luna", "--tailnet-key-stdin"];
    assert_eq!(fixture.run_with(&words, fixture.root(), "tskey-1\n").code, 0);
    fixture.commit();
    fixture.refused(&["new-agent", "vesta", "--like", "luna"], 1, "hint: give it one by --tailnet-key-stdin");
}

#[test]
fn what_is_shared_with_a_sibling_is_listed() {
    let fixture = Fixture::new().with_operator();
    fixture.ok("new-agent luna");
    fixture.ok("secret new token-fleet");
    let rule = "\"secrets/token-fleet.age\".publicKeys = adminKeys";
    fixture.replace("secrets.nix", &format!("{rule};"), &format!("{rule} ++ machines;"));
    fixture.replace("secrets.nix", "in\n", "  machines = [ systems.agent-luna ];\nin\n");
    fixture.replace("flake.nix", "  outputs =\n", "  # luna has the most to do\n  outputs =\n");
    fixture.commit();
    let outcome = fixture.ok("new-agent vesta --like luna --dry-run");
    let note = "secrets/token-fleet.age is read by luna's machine, too: if vesta's is to, add systems.agent-vesta to its \
                rule in secrets.nix and run `rekey`";
    assert!(outcome.stderr.contains(note), "{}", outcome.stderr);
    let listed = outcome.stderr.lines().filter(|line| line.contains(": names luna:"));
    let files: Vec<_> = listed.filter_map(|line| line.split(": ").nth(1)?.split(':').next()).collect();
    assert_eq!(files, ["flake.nix", "secrets.nix"], "{}", outcome.stderr);
}
