//! Bad input: a clear error, the right exit code, and nothing written.

use std::{fs, os::unix::fs::PermissionsExt};

use tempfile::TempDir;

use crate::fixture::Fixture;

#[test]
fn names_that_can_be_no_agents() {
    let fixture = Fixture::new();
    let long = "a".repeat(33);
    for (name, expected) in [
        ("", "a name can't be empty"),
        (long.as_str(), "a name has at most 32 bytes, this one has 33"),
        ("a/b", "not '/'"),
        ("..", "not with '.'"),
        ("../x", "not with '.'"),
        ("Vesta", "not with 'V'"),
        ("veSta", "not 'S'"),
        ("1st", "not with '1'"),
        ("-x", "unexpected argument '-x'"),
        ("vesta-", "can't end with `-`"),
        ("vestä", "not 'ä'"),
        ("base", "`agent-base` is the base image"),
        ("root", "`root` is a user of the operating system"),
        ("nixbld1", "`nixbld1` is a user of the operating system"),
        ("let", "`let` is a word of the Nix language"),
    ] {
        fixture.refused(&["new-agent", name], 2, expected);
    }
}

#[test]
fn names_that_the_tree_has_already() {
    let fixture = Fixture::new();
    fixture.refused(&["new-agent", "common"], 1, "home-manager/common is there, and is no agent's");
    fixture.refused(
        &["new-agent", "keys"],
        1,
        "error: the user modules/users/keys.nix is there, and is no agent\'s",
    );
    fixture.refused(
        &["new-agent", "ncrmro"],
        1,
        "error: the user modules/users/ncrmro.nix is there, and is no agent\'s",
    );
    fixture.write("modules/users/alice.nix", "{ }\n");
    fixture.refused(
        &["new-agent", "alice"],
        1,
        "error: the user modules/users/alice.nix is there, and is no agent\'s",
    );
}

#[test]
fn ports_that_can_not_be() {
    let fixture = Fixture::new();
    for port in ["0", "80", "65536", "-1", "ssh", ""] {
        fixture.refused(
            &["new-agent", "vesta", &format!("--ssh-port={port}")],
            2,
            "a port is a number from 1024 to 65535",
        );
    }
    fixture.refused(&["new-agent", "vesta", "--ssh-port", "2223"], 1, "port 2223 is taken: drago has it");
    fixture.refused(&["new-agent", "vesta", "--spice-port", "2224"], 1, "port 2224 is taken: luce has it");
    fixture.refused(
        &["new-agent", "vesta", "--ssh-port", "3000", "--spice-port", "3000"],
        2,
        "one port can't be both",
    );
}

#[test]
fn words_that_would_break_a_file() {
    let fixture = Fixture::new();
    for (option, value, expected) in [
        ("--description", "a:b", "a description can't have `:`"),
        ("--full-name", "a\nb", "control character"),
        ("--full-name", " ", "a full name can't be empty"),
        ("--email", "nobody", "\"nobody\" is no mail address"),
        ("--memory", "0", "this is a number from 1 to 65535"),
        ("--vcpus", "many", "this is a number from 1 to 65535"),
        ("--host-key", "later", "possible values: generate, first-boot"),
        ("--colour", "red", "unexpected argument '--colour'"),
    ] {
        fixture.refused(&["new-agent", "vesta", option, value], 2, expected);
    }
}

#[test]
fn a_file_that_is_no_nix() {
    for (path, expected) in [
        ("flake.nix", "flake.nix:2:3: "),
        ("secrets.nix", "secrets.nix:2:3: "),
        ("hosts/agent-base/default.nix", "hosts/agent-base/default.nix:2:3: "),
        ("hosts/agent-luce/default.nix", "hosts/agent-luce/default.nix:2:3: "),
    ] {
        let fixture = Fixture::new();
        fixture.write(path, "{\n  = 1;\n}\n");
        fixture.refused(&["new-agent", "vesta"], 1, expected);
        fixture.refused(&["check"], 1, "1 error");
    }
}

#[test]
fn a_file_that_is_none() {
    let fixture = Fixture::new();
    let host = "hosts/agent-luce/default.nix";
    fs::remove_file(fixture.root().join(host)).unwrap();
    let made = std::process::Command::new("mkfifo").arg(fixture.root().join(host)).status().unwrap();
    assert!(made.success());
    for words in ["list", "show luce", "check", "new-agent vesta", "remove-agent luce"] {
        let outcome = fixture.run(words);
        assert_eq!(outcome.code, 1, "{words}");
        let said = outcome.stdout + &outcome.stderr;
        assert!(
            said.contains("hosts/agent-luce/default.nix") && said.contains("is no file"),
            "{words}: {said}"
        );
    }
}

#[test]
fn a_file_with_a_byte_order_mark() {
    let fixture = Fixture::new();
    let text = fixture.read("flake.nix");
    fixture.write("flake.nix", &format!("\u{feff}{text}"));
    fixture.refused(&["new-agent", "vesta"], 1, "flake.nix:1:1: the file starts with a byte order mark");
}

#[test]
fn a_flake_whose_hosts_can_not_be_found() {
    let fixture = Fixture::new();
    fixture.replace("flake.nix", "nixosConfigurations = {", "nixosConfigurations = nixpkgs.lib.keep ./. {");
    fixture.refused(
        &["new-agent", "vesta"],
        1,
        "flake.nix:77:29: hosts may be made here of what lies in hosts, by",
    );
    fixture.refused(
        &["new-agent", "vesta"],
        1,
        "hint: merge over the hosts that flake.nix:77:29 gives: `(…) // { agent-vesta = ",
    );
    fixture.write("flake.nix", "{\n  outputs = { nixpkgs, ... }: { nixosConfigurations = { }; };\n}\n");
    fixture.refused(&["new-agent", "vesta"], 1, "neither `inputs` nor `self` is bound here");
    fixture.write("flake.nix", "{\n  outputs = _: { };\n}\n");
    fixture.refused(
        &["new-agent", "vesta"],
        1,
        "flake.nix:2:16: a new host would stand here, but neither `inputs` nor `self` is bound here",
    );
}

#[test]
fn a_guide_without_its_table() {
    let fixture = Fixture::new();
    fixture.replace("docs/agentvms.md", "| Agent | SSH port | SPICE port |", "| Agent | Ports |");
    let said = "docs/agentvms.md: there is no table with the columns Agent, SSH port and SPICE port";
    fixture.refused(&["new-agent", "vesta"], 1, said);
    fs::remove_file(fixture.root().join("docs/agentvms.md")).unwrap();
    fixture.refused(&["new-agent", "vesta"], 1, said);
}

#[test]
fn rules_that_can_not_take_the_agent() {
    let fixture = Fixture::new();
    fixture.replace("secrets.nix", "systems = {\n  };", "hosts = { };");
    fixture.refused(&["new-agent", "vesta"], 1, "secrets.nix: there is no attribute set systems");
    fixture.replace("secrets.nix", "hosts = { };", "systems = { };");
    let text = fixture.read("secrets.nix");
    fixture.write("secrets.nix", &text.replace("adminKeys", "admins"));
    fixture.refused(&["new-agent", "vesta"], 1, "adminKeys");
}

#[test]
fn a_file_without_its_owners_write_bit_also_as_root() {
    for path in ["flake.nix", "secrets.nix", "docs/agentvms.md", "hosts"] {
        let fixture = Fixture::new();
        let full = fixture.root().join(path);
        let mode = fs::metadata(&full).unwrap().permissions().mode();
        fs::set_permissions(&full, fs::Permissions::from_mode(mode & !0o222)).unwrap();
        fixture.refused(&["new-agent", "vesta"], 1, "is read-only: its owner may not write it");
        fs::set_permissions(&full, fs::Permissions::from_mode(mode)).unwrap();
    }
}

#[test]
fn no_flake_here() {
    let fixture = Fixture::new();
    let elsewhere = TempDir::new().unwrap();
    for words in [["new-agent", "vesta"].as_slice(), &["remove-agent", "vesta"], &["list"], &["check"]] {
        let outcome = fixture.run_with(words, elsewhere.path(), "");
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.starts_with("error: there is no flake of agents at "), "{}", outcome.stderr);
    }
    fs::write(elsewhere.path().join("flake.nix"), "{ }").unwrap();
    let outcome = fixture.run_with(&["list"], elsewhere.path(), "");
    assert!(outcome.stderr.contains("has a flake.nix, but no agent-tool.toml"), "{}", outcome.stderr);
}

#[test]
fn settings_that_are_wrong() {
    let fixture = Fixture::new();
    fixture.replace("agent-tool.toml", "vcpus = 2", "vcpus = \"two\"");
    fixture.refused(&["list"], 1, "agent-tool.toml:14:9: invalid type: string \"two\"");
}

#[test]
fn an_agent_that_is_not_there() {
    let fixture = Fixture::new();
    fixture.refused(&["show", "vesta"], 1, "there is no agent vesta\n  hint: the agents are: drago, luce");
    fixture.refused(&["new-agent", "vesta", "--like", "nobody-here"], 1, "there is no agent nobody-here");
}
