//! Mistakes in a tree, and who finds them: Nix where it evaluates, or `check` without it.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{nix, stubs};
use crate::fixture::Fixture;

const HOST: &str = "hosts/agent-luce/default.nix";

/// Makes one mistake, in a tree that Nix then refuses with a word of `expected`.
#[track_caller]
fn nix_refuses(path: &str, from: &str, to: &str, expected: &str) {
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new();
    fixture.replace(path, from, to);
    let said = nix.evaluate(fixture.root(), None, &stubs()).unwrap_err();
    assert!(said.contains(expected), "{path}: {to}: {said}");
}

/// Makes one mistake, in a tree where `check` then says `expected`.
#[track_caller]
fn check_finds(path: &str, from: &str, to: &str, expected: &str) {
    let fixture = Fixture::new();
    fixture.replace(path, from, to);
    let outcome = fixture.run("check --strict");
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains(expected), "{path}: {to}: {}", outcome.stdout);
}

#[test]
fn an_option_of_ours_is_misspelt() {
    nix_refuses(HOST, "sshPort = 2224", "sshport = 2224", "agent.vm.sshport");
    check_finds(HOST, "sshPort = 2224", "sshport = 2224", "there is no agent.vm.sshPort here");
}

#[test]
fn an_option_of_others_is_misspelt() {
    nix_refuses(HOST, "services.displayManager", "services.displaymanager", "displaymanager");
    let home = "home-manager/luce/agent.nix";
    nix_refuses(home, "programs.git.settings.user", "programs.git.setings.user", "setings");
    let mail = "home-manager/luce/himalaya.nix";
    nix_refuses(mail, "osConfig.age", "osconfig.age", "osconfig");
}

#[test]
fn a_value_has_the_wrong_type() {
    nix_refuses(HOST, "sshPort = 2224", "sshPort = \"2224\"", "sshPort");
    nix_refuses(HOST, "sshPort = 2224", "sshPort = 222", "between 1024 and 65535");
    nix_refuses(HOST, "ba:12:c1", "BA:12:C1", "macAddress");
    nix_refuses(HOST, "vcpus = 2;", "vcpus = 2;\n    autostart = 1;", "autostart");
    let settings = "login-server = \"https://headscale.ncrmro.com\"";
    nix_refuses("agent-tool.toml", settings, "login-server = 1", "agent.settings.login-server");
}

#[test]
fn a_secret_is_missing() {
    let expected = "secrets/stalwart-mail-luke-password.age";
    nix_refuses(HOST, "secrets/stalwart-mail-luce-password.age", expected, expected);
    check_finds(
        "secrets.nix",
        "stalwart-mail-luce-password.age",
        "stalwart-mail-luke-password.age",
        expected,
    );
}

#[test]
fn an_import_is_missing() {
    nix_refuses(HOST, "users/luce.nix", "users/luke.nix", "luke.nix");
    nix_refuses(HOST, "    ../../modules/users/luce.nix\n", "", "home-manager.users.luce has no account");
    nix_refuses(HOST, "    inputs.agenix.nixosModules.default\n", "", "`age'");
    nix_refuses("flake.nix", "inherit inputs self;", "inherit self;", "inputs");
}

#[test]
fn a_value_is_given_twice() {
    let name = "hostName = \"agent-luce\";";
    nix_refuses(HOST, name, &format!("{name}\n  networking.hostName = \"x\";"), "hostName");
}

#[test]
fn a_port_is_given_twice() {
    let taken = "port 2223 is taken: drago has it";
    check_finds(HOST, "sshPort = 2224", "sshPort = 2223", taken);

    // The two of one machine are an assertion of the guest, those of two machines one of their host.
    let both = "agent.vm.sshPort and agent.vm.spicePort are both 5901";
    nix_refuses(HOST, "sshPort = 2224", "sshPort = 5901", both);
    let Some(nix) = nix() else { return };
    let fixture = Fixture::new();
    fixture.replace(HOST, "sshPort = 2224", "sshPort = 2223");
    assert_eq!(
        nix.operator(fixture.root())["failedAssertions"],
        json!(["agent.host.machines: port 2223 is wanted by agent-drago and agent-luce."])
    );
}

#[test]
fn a_host_is_not_registered() {
    let fixture = Fixture::new();
    let text = fixture.read("flake.nix");
    let (before, rest) = text.split_once("\n        agent-luce =").unwrap();
    let (_, after) = rest.split_once("\n        };\n").unwrap();
    fixture.write("flake.nix", &format!("{before}\n{after}"));
    let outcome = fixture.run("check");
    assert_eq!(outcome.code, 1);
    let expected = "error: luce lacks nixosConfigurations.agent-luce in the flake";
    assert!(outcome.stdout.contains(expected), "{}", outcome.stdout);
}

#[test]
fn a_file_is_not_formatted() {
    check_finds(HOST, "vcpus = 2;", "vcpus   = 2;", "is not in the official nixfmt style");
}
