//! The flake as its users get it.

use std::{collections::BTreeSet, env, fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use generator::{nix::file::NixFile, path::TreePath};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::nix;
use crate::fixture::{Fixture, repository, snapshot};

const STUBS: [&str; 3] = ["nixpkgs", "home-manager", "agenix"];

#[test]
fn the_lock_fits_the_inputs() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::whole();
    let words = ["flake", "metadata", "--no-update-lock-file", "--json"];
    let metadata: Value = serde_json::from_str(&nix.flake(&words, &[], fixture.root()).unwrap()).unwrap();
    let inputs = &metadata["locks"]["nodes"]["root"]["inputs"];
    let names: Vec<_> = inputs.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["agenix", "home-manager", "nixpkgs"]);
    assert_eq!(fixture.status(), "");
}

#[test]
fn the_flake_passes_nix_flake_check() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::whole();
    let check = ["flake", "check", "--no-build", "--no-write-lock-file"];
    nix.flake(&check, &STUBS, fixture.root()).unwrap();
    fixture.replace("modules/agent-vm.nix", "services.qemuGuest.enable", "services.qemuGest.enable");
    let said = nix.flake(&check, &STUBS, fixture.root()).unwrap_err();
    assert!(said.contains("qemuGest"), "{said}");
}

#[test]
fn every_output_evaluates() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::whole();
    fixture.ok("new-agent vesta");
    let show = ["flake", "show", "--no-write-lock-file", "--json"];
    let shown: Value = serde_json::from_str(&nix.flake(&show, &STUBS, fixture.root()).unwrap()).unwrap();
    let outputs: Vec<_> = shown.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        outputs,
        [
            "apps",
            "checks",
            "devShells",
            "formatter",
            "homeModules",
            "nixosConfigurations",
            "nixosModules",
            "overlays",
            "packages",
            "templates",
        ]
    );
    for output in outputs {
        let value = nix.output(&format!(".#{output}"), fixture.root());
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        match output.as_str() {
            "apps" | "packages" => {
                assert_eq!(names(&value), ["aarch64-linux", "x86_64-linux"]);
                assert_eq!(names(&value["aarch64-linux"]), ["agent-tool", "default"]);
            }
            "checks" => {
                let tool = ["agent-tool", "commands", "format", "tree"];
                let machines =
                    ["base", "drago", "luce", "vesta"].map(|name| format!("evaluate-agent-{name}"));
                let all: BTreeSet<_> = tool.map(str::to_owned).into_iter().chain(machines).collect();
                assert_eq!(names(&value["aarch64-linux"]), tool);
                assert_eq!(names(&value["x86_64-linux"]), all.into_iter().collect::<Vec<_>>());
            }
            "nixosModules" => assert_eq!(names(&value), ["agent-host", "agent-image", "agent-vm"]),
            "homeModules" => assert_eq!(names(&value), ["agent"]),
            _ => {}
        }
    }
}

#[test]
fn every_file_is_as_the_formatter_leaves_it() {
    let Some(nix) = nix() else { return };
    let tree = Fixture::whole();
    let excludes = ["eval", "--no-write-lock-file", "--json", ".#formatter.x86_64-linux.excludes"];
    let excludes: Vec<String> =
        serde_json::from_str(&nix.flake(&excludes, &STUBS, tree.root()).unwrap()).unwrap();
    let is_odd = |path: &str| excludes.iter().any(|glob| path.starts_with(glob.strip_suffix('*').unwrap()));
    for path in tree.nix_files().into_iter().filter(|path| !is_odd(path)) {
        let file = NixFile::parse(&TreePath::new(path.as_str()).unwrap(), tree.read(&path)).unwrap();
        assert!(file.is_formatted(), "nixfmt {path}");
    }
}

#[test]
fn the_overlay_adds_the_package() {
    let Some(nix) = nix() else { return };
    let added = r"
        let
          flake = import ./tests/nix/call-flake.nix { path = ./.; };
          pkgs = flake.inputs.nixpkgs.legacyPackages.x86_64-linux;
          drv = added: builtins.mapAttrs (_: package: package.drvPath) added;
        in
        drv (flake.overlays.default pkgs pkgs) == drv { inherit (flake.packages.x86_64-linux) agent-tool; }";
    assert_eq!(nix.instantiate(&["--eval", "-E", added], &repository()).unwrap().trim(), "true");
}

#[test]
fn a_machine_with_a_failed_assertion_has_no_check_that_passes() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::whole();
    fixture.replace("hosts/agent-luce/default.nix", "sshPort = 2224", "sshPort = 5901");
    let check = ".#checks.x86_64-linux.evaluate-agent-luce.drvPath";
    let said = nix.flake(&["eval", "--no-write-lock-file", check], &STUBS, fixture.root()).unwrap_err();
    assert!(said.contains("agent.vm.sshPort and agent.vm.spicePort are both 5901"), "{said}");
}

#[test]
fn the_template_is_a_tree_where_the_tool_works() {
    let template = Fixture::of(&repository().join("templates/default"));
    let before = template.snapshot();
    let found = template.ok("check").stdout;
    let warnings: Vec<_> = found.lines().filter(|line| line.contains(": warning: ")).collect();
    assert_eq!(warnings.len(), 2, "{found}");
    assert!(warnings[0].contains("the host key of aria is not known yet"), "{found}");
    assert!(warnings[1].contains("the example key"), "{found}");
    // Its agent is the one that new-agent makes today.
    template.ok("remove-agent aria");
    template.ok("new-agent aria --host-key first-boot");
    for path in template.nix_files() {
        assert_eq!(template.read(&path).as_bytes(), before[&path].1, "{path}");
    }
}

#[test]
fn the_template_evaluates_as_a_flake_that_imports_this_one() {
    let Some(nix) = nix() else { return };
    let (ours, template) = (Fixture::whole(), Fixture::empty());
    let us = format!("path:{}", ours.root().display());
    nix.flake(&["flake", "init", "--template", &us], &[], template.root()).unwrap();
    template.ok("new-agent vesta");
    let hosts = nix.hosts(template.root(), None);
    let names: Vec<_> = hosts.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["agent-aria", "agent-base", "agent-vesta"]);
    for host in hosts.as_object().unwrap().values() {
        assert_eq!(host["failedAssertions"], json!([]));
        assert_eq!(host["warnings"], json!([]));
    }
    let flake = format!("path:{}", template.root().display());
    let show = ["flake", "show", "--no-write-lock-file", &flake, "--override-input", "agent-vms", &us];
    nix.flake(&show, &STUBS, template.root()).unwrap();
}

#[test]
fn the_package_is_made_of_its_own_files_alone() {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::whole();
    let source = ["eval", "--no-write-lock-file", "--raw", ".#packages.x86_64-linux.agent-tool.src"];
    let source = || PathBuf::from(nix.flake(&source, &STUBS, fixture.root()).unwrap());
    let before = source();
    let files: BTreeSet<_> = snapshot(&before).into_keys().filter(|path| !path.ends_with('/')).collect();
    let ours = |path: &str| {
        ["generator/", "xtask/", "tests/shapes/"].iter().any(|folder| path.starts_with(folder))
            && !["generator/tests/apply/", "xtask/tests/"].iter().any(|folder| path.starts_with(folder))
            || [
                "Cargo.lock",
                "Cargo.toml",
                "LICENSE",
                "agent-tool.toml",
                "hosts/agent-base/qcow.nix",
                "modules/agent-home.nix",
                "modules/agent-vm.nix",
                "modules/agent.nix",
                "tests/keys/example_operator.pub",
                "tests/nix/packages.nix",
                "tests/nix/shapes.nix",
            ]
            .contains(&path)
    };
    let tracked = fixture.git(&["ls-files"]);
    let expected: BTreeSet<_> = tracked.lines().filter(|path| ours(path)).map(str::to_owned).collect();
    assert_eq!(files, expected);
    // A host is none of them.
    fixture.replace("hosts/agent-luce/default.nix", "vcpus = 2", "vcpus = 4");
    assert_eq!(source(), before);
}

/// What nixpkgs' hooks do for the package, as far as it can be seen in the folder that they fill.
const HOOKS: &str = r#"
set -eu
installManPage() { install -D -t "$out/man" "$@"; }
installShellCompletion() {
  test "$1 $2" = "--cmd agent-tool"
  shift 2
  while [ $# != 0 ]; do cat "$2" > "$out/completions$1"; shift 2; done
}
wrapProgram() { printf '%s\n' "$@" > "$out/wrapped"; }
"#;

#[test]
fn the_package_has_pages_completions_and_the_programs_that_it_runs() {
    let Some(nix) = nix() else { return };
    let repository = repository();
    let script = ["eval", "--no-write-lock-file", "--raw", ".#packages.x86_64-linux.agent-tool.postInstall"];
    let script = nix.flake(&script, &STUBS, &repository).unwrap();
    let build = Fixture::empty();
    fs::copy(repository.join("LICENSE"), build.root().join("LICENSE")).unwrap();
    let out = build.root().join("out");
    fs::create_dir_all(out.join("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_agent-tool"), out.join("bin/agent-tool")).unwrap();
    let installed = Command::new("bash")
        .args(["-c", &format!("{HOOKS}{script}")])
        .env("out", &out)
        .current_dir(build.root())
        .output()
        .unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));

    let read = |path: &str| fs::read_to_string(out.join(path)).unwrap();
    assert!(read("share/licenses/agent-tool/LICENSE").starts_with("MIT"));
    assert!(read("man/agent-tool.1").contains(".TH agent-tool 1"));
    assert!(read("man/agent-tool-new-agent.1").contains(".TH agent-tool-new-agent 1"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(read(&format!("completions--{shell}")).contains("new-agent"), "{shell}");
    }
    let wrapped = read("wrapped");
    let wrapped: Vec<_> = wrapped.lines().collect();
    assert_eq!(wrapped[1..4], ["--suffix", "PATH", ":"]);
    let package = |path: &str| path.strip_suffix("/bin").unwrap().split_once('-').unwrap().1.to_owned();
    let programs: Vec<_> = wrapped[4].split(':').map(package).collect();
    let expected = ["gitMinimal", "gnutar", "libvirt", "nix", "nixos-rebuild-ng", "openssh", "qemu-utils"];
    assert_eq!(programs, expected);
}

#[test]
fn the_hosts_evaluate_with_the_real_inputs() {
    let Some(nix) = nix() else { return };
    let Some(inputs) = env::var_os("AGENT_TOOL_INPUTS") else {
        eprintln!("skipped: AGENT_TOOL_INPUTS names no folder with nixpkgs, home-manager and agenix");
        return;
    };
    let fixture = Fixture::whole();
    fixture.ok("new-agent vesta");
    let mut words: Vec<_> = ["eval", "--no-write-lock-file", "--json", ".#nixosConfigurations", "--apply"]
        .map(str::to_owned)
        .to_vec();
    words.push(
        "builtins.mapAttrs (_: { config, ... }: {
           inherit (config) warnings;
           assertions = map (a: a.message) (builtins.filter (a: !a.assertion) config.assertions);
           system = config.system.build.toplevel.drvPath;
         })"
        .into(),
    );
    for name in STUBS {
        let path = format!("path:{}", PathBuf::from(&inputs).join(name).display());
        words.extend(["--override-input".into(), name.into(), path]);
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let hosts: Value = serde_json::from_str(&nix.flake(&words, &[], fixture.root()).unwrap()).unwrap();
    for (name, host) in hosts.as_object().unwrap() {
        assert_eq!((name, &host["assertions"]), (name, &json!([])));
        assert_eq!((name, &host["warnings"]), (name, &json!([])));
        assert!(host["system"].is_string(), "{host}");
    }
}
