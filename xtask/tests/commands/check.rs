//! `check`: one thing broken a test, and where and how it is said.

use std::fs;

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, repository};

/// The findings of a kind, each as `PLACE: MESSAGE`.
pub(crate) fn findings(fixture: &Fixture, severity: &str) -> Vec<String> {
    let outcome = fixture.run("check --json");
    let findings: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = findings.as_array().unwrap().iter().filter(|finding| finding["severity"] == severity);
    let text = |finding: &serde_json::Value| {
        let (path, message) = (finding["path"].as_str().unwrap(), finding["message"].as_str().unwrap());
        assert!(!finding["mend"].as_str().unwrap().is_empty(), "{message} has no mend");
        match finding["line"].as_u64() {
            Some(line) => format!("{path}:{line}: {message}"),
            None => format!("{path}: {message}"),
        }
    };
    findings.map(text).collect()
}

/// The errors after one replacement in a tree that has vesta.
#[track_caller]
fn check(path: &str, from: &str, to: &str, expected: &[&str]) {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    fixture.replace(path, from, to);
    assert_eq!(findings(&fixture, "error"), expected);
    assert_eq!(fixture.run("check").code, 1);
}

/// The errors after a file is gone from a tree that has vesta.
#[track_caller]
fn check_without(path: &str, expected: &[&str]) {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let full = fixture.root().join(path);
    if full.is_dir() { fs::remove_dir_all(full) } else { fs::remove_file(full) }.unwrap();
    assert_eq!(findings(&fixture, "error"), expected);
}

#[test]
fn a_clean_clone_has_warnings_only() {
    let fixture = Fixture::new();
    assert_eq!(findings(&fixture, "error"), [""; 0]);
    assert_eq!(
        findings(&fixture, "warning"),
        [
            "hosts/agent-drago/default.nix:1: the host key of drago is not known yet, so that its machine can read no secret",
            "hosts/agent-luce/default.nix:1: the host key of luce is not known yet, so that its machine can read no secret",
            "secrets.nix:5: the example key, which everybody has, opens 2 secrets",
        ]
    );
    assert_eq!(fixture.run("check").code, 0);
    assert_eq!(fixture.run("check --strict").code, 1);
}

#[test]
fn a_finding_says_where_what_and_how_to_mend_it() {
    let fixture = Fixture::new();
    fixture.replace("docs/agentvms.md", "| luce | 2224 |", "| luce | 2225 |");
    let line =
        1 + fixture.read("docs/agentvms.md").lines().position(|line| line.starts_with("| luce")).unwrap();
    let outcome = fixture.run("check");
    let expected = format!(
        "docs/agentvms.md:{line}:1: error: the row of luce says 2225 and 5901, its host 2224 and 5901\n  mend: write | luce | 2224 | 5901 |\n"
    );
    assert!(outcome.stdout.contains(&expected), "{}", outcome.stdout);
}

#[test]
fn an_agent_has_all_its_parts() {
    check_without(
        "modules/users/vesta.nix",
        &["hosts/agent-vesta/default.nix:1: vesta lacks the user modules/users/vesta.nix"],
    );
    check_without(
        "home-manager/vesta/himalaya.nix",
        &["hosts/agent-vesta/default.nix:1: vesta lacks the mail account home-manager/vesta/himalaya.nix"],
    );
    check(
        "hosts/agent-base/default.nix",
        "    ../../modules/users/vesta.nix\n",
        "",
        &[
            "hosts/agent-base/default.nix:3: vesta lacks the import of modules/users/vesta.nix into the base image",
        ],
    );
    check(
        "hosts/agent-base/default.nix",
        "    vesta = ../../home-manager/vesta/agent.nix;\n",
        "",
        &["hosts/agent-base/default.nix:15: vesta lacks home-manager.users.vesta in the base image"],
    );
    check(
        "flake.nix",
        "agent-vesta = nixpkgs",
        "vesta = nixpkgs",
        &["flake.nix:77: vesta lacks nixosConfigurations.agent-vesta in the flake"],
    );
    check(
        "docs/agentvms.md",
        "| vesta | 2225 | 5902 |\n",
        "",
        &["docs/agentvms.md:1: vesta lacks the row of the guide's table"],
    );
}

#[test]
fn no_part_is_without_its_agent() {
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    fs::remove_dir_all(fixture.root().join("hosts/agent-vesta")).unwrap();
    let errors = findings(&fixture, "error");
    for orphan in [
        "nixosConfigurations.agent-vesta",
        "home-manager.users.vesta",
        "systems.agent-vesta",
        "the row vesta",
        "the home",
        "the rule secrets/stalwart-mail-vesta-password.age",
        "the rule secrets/agent-vesta-host-key.age",
        "the secret",
    ] {
        let said =
            errors.iter().any(|error| error.ends_with(&format!("{orphan} is of vesta, which is no agent")));
        assert!(said, "{orphan}: {errors:#?}");
    }
    let fixture = Fixture::new();
    fixture.write("modules/users/alice.nix", "{ }\n");
    let stray = "modules/users/alice.nix:1: the user alice is neither an agent nor imported by anything";
    assert!(findings(&fixture, "warning").contains(&stray.to_owned()));
}

#[test]
fn ports_and_addresses_are_in_range_and_unique() {
    let host = "hosts/agent-vesta/default.nix";
    let row = "docs/agentvms.md";
    let fixture = Fixture::new();
    fixture.ok("new-agent vesta");
    let line = 1 + fixture.read(row).lines().position(|line| line.starts_with("| vesta")).unwrap();
    let says = |ssh: u16, spice: u16| {
        format!("{row}:{line}: the row of vesta says 2225 and 5902, its host {ssh} and {spice}")
    };
    check(
        host,
        "2225",
        "2224",
        &[&says(2224, 5902), "hosts/agent-vesta/default.nix:14: port 2224 is taken: luce has it"],
    );
    check(
        host,
        "2225",
        "5902",
        &[&says(5902, 5902), "hosts/agent-vesta/default.nix:15: port 5902 is taken: vesta has it"],
    );
    check(
        host,
        "5902",
        "80",
        &[
            "hosts/agent-vesta/default.nix:15: agent.vm.spicePort: a port is a number from 1024 to 65535, not 80",
        ],
    );
    check(
        host,
        "52:54:00:5a:30:d0",
        "52:54:00:ba:12:c1",
        &["hosts/agent-vesta/default.nix:16: the address 52:54:00:ba:12:c1 is taken: luce has it"],
    );
    check(
        host,
        "52:54:00:5a:30:d0",
        "52:54:00",
        &[
            "hosts/agent-vesta/default.nix:16: agent.vm.macAddress: a MAC address is six pairs of hexadecimal digits with `:` between them, not \"52:54:00\"",
        ],
    );
}

#[test]
fn names_agree() {
    let host = "hosts/agent-vesta/default.nix";
    check(
        host,
        "hostName = \"agent-vesta\"",
        "hostName = \"vesta\"",
        &["hosts/agent-vesta/default.nix:11: networking.hostName is \"vesta\", not \"agent-vesta\""],
    );
    check(
        host,
        "user = \"vesta\"",
        "user = \"luce\"",
        &[
            "hosts/agent-vesta/default.nix:23: services.displayManager.autoLogin.user is \"luce\", not \"vesta\"",
        ],
    );
    check(
        "home-manager/vesta/agent.nix",
        "/home/vesta",
        "/home/luce",
        &["home-manager/vesta/agent.nix:5: home.homeDirectory is \"/home/luce\", not \"/home/vesta\""],
    );
    check(
        "modules/users/vesta.nix",
        "users.users.vesta",
        "users.users.vesper",
        &["modules/users/vesta.nix:1: does not say users.users.vesta"],
    );
}

#[test]
fn each_rule_has_its_file_and_each_file_its_rule() {
    check_without(
        "secrets/agent-vesta-host-key.age",
        &[
            "hosts/agent-vesta/default.nix:1: vesta lacks the secret secrets/agent-vesta-host-key.age",
            "secrets.nix:17: there is a rule for secrets/agent-vesta-host-key.age, and no such file",
        ],
    );
    check(
        "secrets.nix",
        "  \"secrets/agent-vesta-host-key.age\".publicKeys = adminKeys;\n",
        "",
        &[
            "secrets.nix:13: vesta lacks the rule of secrets/agent-vesta-host-key.age",
            "secrets/agent-vesta-host-key.age:1: has no rule",
        ],
    );
    let fixture = Fixture::new();
    fixture.write("secrets/wifi.age", "correct horse\n");
    fixture.replace("secrets.nix", "in\n{", "in\n{\n  \"secrets/wifi.age\".publicKeys = adminKeys;");
    assert_eq!(findings(&fixture, "error"), ["secrets/wifi.age:1: is not sealed: it is no age file"]);
}

#[test]
fn what_a_host_reads_has_a_rule_that_names_its_machine() {
    check(
        "hosts/agent-vesta/default.nix",
        "file = ../../secrets/stalwart-mail-vesta-password.age",
        "file = ../../secrets/wifi.age",
        &["hosts/agent-vesta/default.nix:27: secrets/wifi.age has no rule"],
    );
    check(
        "secrets.nix",
        " ++ [ systems.agent-vesta ]",
        "",
        &[
            "hosts/agent-vesta/default.nix:27: agent-vesta is no reader of secrets/stalwart-mail-vesta-password.age, which its host needs",
        ],
    );
}

#[test]
fn readers_that_are_no_keys_are_found() {
    check(
        "secrets.nix",
        "adminKeys = [ users.ncrmro ]",
        "adminKeys = [ \"ssh-ed25519 PLACEHOLDER\" ]",
        &[
            "secrets.nix:11: rule \"secrets/agent-vesta-host-key.age\" of secrets.nix, recipient 1: recipient \"ssh-ed25519 PLACEHOLDER\": this is no ssh-ed25519 or ssh-rsa public key",
        ],
    );
}

#[test]
fn a_secret_that_another_tool_sealed_is_said_to_be_stale() {
    let fixture = Fixture::new();
    fs::copy(
        fixture.root().join("secrets/stalwart-mail-luce-password.age"),
        fixture.root().join("secrets/stalwart-mail-drago-password.age"),
    )
    .unwrap();
    let stale = "secrets/stalwart-mail-drago-password.age:1: secrets/.recipients does not say that it is sealed to whom its rule names";
    assert!(
        findings(&fixture, "warning").contains(&stale.to_owned()),
        "{:#?}",
        findings(&fixture, "warning")
    );
    assert_eq!(findings(&fixture, "error"), [""; 0]);
}

#[test]
fn secrets_that_only_other_tools_sealed_are_no_errors_and_said_in_one_warning() {
    let fixture = Fixture::new();
    for name in ["mail", "old", "wifi"] {
        let to = fixture.root().join(format!("secrets/{name}.age"));
        fs::copy(fixture.root().join("secrets/stalwart-mail-luce-password.age"), to).unwrap();
    }
    let of_others = || {
        let warnings = findings(&fixture, "warning").into_iter();
        warnings
            .filter(|it| it.contains("secrets/.recipients") || it.contains("has no rule"))
            .collect::<Vec<_>>()
    };
    let rule = |name: &str| {
        let rule = format!("in\n{{\n  \"secrets/{name}.age\".publicKeys = adminKeys;");
        fixture.replace("secrets.nix", "in\n{", &rule);
    };
    rule("mail");
    assert_eq!(
        of_others(),
        [
            "secrets/.recipients:1: does not say whom secrets/mail.age is sealed to",
            "secrets/old.age:1: has no rule",
            "secrets/wifi.age:1: has no rule",
        ]
    );
    rule("wifi");
    assert_eq!(
        of_others(),
        [
            "secrets/.recipients:1: does not say whom secrets/mail.age is sealed to, nor secrets/wifi.age",
            "secrets/old.age:1: has no rule",
        ]
    );
    assert_eq!(findings(&fixture, "error"), [""; 0]);
}

#[test]
fn what_is_not_formatted_is_said() {
    let fixture = Fixture::new();
    fixture.replace("hosts/agent-luce/default.nix", "vcpus = 2;", "vcpus  =  2;");
    let unformatted = "hosts/agent-luce/default.nix:1: is not in the official nixfmt style";
    assert!(findings(&fixture, "warning").contains(&unformatted.to_owned()));
}

#[test]
fn this_repository_has_no_error() {
    let fixture = Fixture::without_git();
    let root = repository();
    let outcome = fixture.run_with(&["-C", root.to_str().unwrap(), "check"], fixture.root(), "");
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
}
