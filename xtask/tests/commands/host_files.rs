//! Trees whose hosts are files beside each other, not folders.

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, adoption};

/// Somebody's machines, each in a file that a builder names.
fn flake() -> Fixture {
    flake_in("machines/")
}

/// The same, with the files in `folder`.
fn flake_in(folder: &str) -> Fixture {
    let fixture = Fixture::empty();
    let flake = "\
{
  inputs = {
    nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";
  };

  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkMachine =
        name:
        nixpkgs.lib.nixosSystem {
          system = \"x86_64-linux\";
          modules = [ ./machines/${name}.nix ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = {
        tower = mkMachine \"tower\";
        attic = mkMachine \"attic\";
      };
    };
}
";
    fixture.write("flake.nix", &flake.replace("machines/", folder));
    let tower = "\
{
  networking.domain = \"example.org\";
  users.users.alice = {
    isNormalUser = true;
    extraGroups = [ \"wheel\" ];
  };
}
";
    fixture.write(&format!("{folder}tower.nix"), tower);
    fixture.write(&format!("{folder}attic.nix"), "{ }\n");
    fixture.git(&["init", "--quiet"]);
    fixture.commit();
    fixture.ok(&adoption(""));
    fixture.commit();
    fixture
}

fn expect_no_errors(fixture: &Fixture) {
    let said = fixture.ok("check").stderr;
    assert!(said.contains("0 errors"), "{said}");
}

#[test]
fn a_flake_of_such_files_becomes_a_tree_of_agents() {
    let fixture = flake();
    let settings = fixture.read("agent-tool.toml");
    for line in ["hosts = \"machines\"", "host-file = \"../NAME.nix\"", "base = \"machines/agent-base.nix\""]
    {
        assert!(settings.lines().any(|it| it == line), "{line}: {settings}");
    }
    assert!(fixture.read("machines/agent-base.nix").contains("./agent-base/qcow.nix"));
    assert!(fixture.read("flake.nix").contains("agent-base = mkMachine \"agent-base\";"));
    expect_no_errors(&fixture);
}

#[test]
fn an_agent_has_a_file_and_no_folder() {
    let fixture = flake();
    let before = fixture.snapshot();
    fixture.ok("new-agent vesta");
    assert!(fixture.read("flake.nix").contains("agent-vesta = mkMachine \"agent-vesta\";"));
    assert!(fixture.read("machines/agent-vesta.nix").contains("./common/optional/agent-base.nix"));
    assert!(!fixture.root().join("machines/agent-vesta").exists());
    assert!(fixture.ok("list").stdout.lines().any(|line| line.starts_with("vesta")));
    assert!(fixture.ok("show vesta").stdout.contains("machines/agent-vesta.nix"));
    assert!(fixture.ok("new-agent vesta").stderr.contains("already there"));
    expect_no_errors(&fixture);
    fixture.ok("remove-agent vesta");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn hosts_may_lie_at_the_root() {
    let fixture = flake_in("");
    let settings = fixture.read("agent-tool.toml");
    for line in ["hosts = \".\"", "base = \"agent-base.nix\"", "shared-host = \"agents/machine.nix\""] {
        assert!(settings.lines().any(|it| it == line), "{line}: {settings}");
    }
    // What somebody seals there is none of a host.
    fixture.write("sealed/people.nix", "what = is = sealed\n");
    let before = fixture.snapshot();
    fixture.ok("new-agent vesta");
    assert!(fixture.read("agent-vesta.nix").contains("./agents/machine.nix"));
    expect_no_errors(&fixture);
    fixture.ok("new-agent luna --like vesta");
    assert!(fixture.ok("list").stdout.lines().any(|line| line.starts_with("luna")));
    fixture.ok("remove-agent luna");
    fixture.ok("remove-agent vesta");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn an_agent_like_another_has_a_file_too() {
    let fixture = flake();
    fixture.ok("new-agent vesta");
    fixture.replace(
        "machines/agent-vesta.nix",
        "  agent.vm = {",
        "  imports = [ ./agent-vesta/disks.nix ];\n\n  agent.vm = {",
    );
    fixture
        .write("machines/agent-vesta/disks.nix", "{\n  fileSystems.\"/vesta\".device = \"/dev/vdb\";\n}\n");
    fixture.commit();
    let before = fixture.snapshot();
    fixture.ok("new-agent luna --like vesta");
    assert!(fixture.read("flake.nix").contains("agent-luna = mkMachine \"agent-luna\";"));
    assert!(fixture.read("machines/agent-luna.nix").contains("./agent-luna/disks.nix"));
    assert!(fixture.read("machines/agent-luna/disks.nix").contains("/luna"));
    expect_no_errors(&fixture);
    fixture.refused(&["remove-agent", "luna"], 1, "machines/agent-luna/disks.nix was not made by new-agent");
    fixture.ok("remove-agent luna --force");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn a_name_that_has_a_file_or_a_folder_is_taken() {
    let fixture = flake();
    fixture.write("machines/agent-vesta/notes.nix", "{ }\n");
    fixture.refused(&["new-agent", "vesta"], 1, "machines/agent-vesta is there, and is no agent's");
}

#[test]
fn no_other_file_lies_above_the_folder_of_a_host() {
    let fixture = flake();
    fixture.replace("agent-tool.toml", "../NAME.nix", "../machine.nix");
    let line =
        fixture.read("agent-tool.toml").lines().position(|line| line.starts_with("host-file")).unwrap() + 1;
    let expected = format!("agent-tool.toml:{line}:13: \"../machine.nix\" leads out of the host's folder");
    fixture.refused(&["list"], 1, &expected);
}

#[test]
fn people_in_the_folder_of_a_host_are_not_the_host() {
    let fixture = Fixture::empty();
    let flake = "\
{
  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";
  inputs.flake-parts.url = \"github:hercules-ci/flake-parts\";

  outputs =
    inputs:
    inputs.flake-parts.lib.mkFlake { inherit inputs; } {
      systems = [ \"x86_64-linux\" ];
      imports = [ ./hosts ];
    };
}
";
    fixture.write("flake.nix", flake);
    fixture.write("hosts/default.nix", "{\n  imports = [\n    ./tower\n    ./attic\n  ];\n}\n");
    for host in ["tower", "attic"] {
        let module = format!(
            "\
{{ inputs, ... }}:
let
  configuration = {{ networking.domain = \"example.org\"; }};
in
{{
  flake.nixosConfigurations.{host} = inputs.nixpkgs.lib.nixosSystem {{
    system = \"x86_64-linux\";
    modules = [
      configuration
      ./users
    ];
    specialArgs = {{ inherit inputs; }};
  }};
}}
"
        );
        fixture.write(&format!("hosts/{host}/default.nix"), &module);
        fixture.write(&format!("hosts/{host}/users/default.nix"), "{ }\n");
    }
    fixture.git(&["init", "--quiet"]);
    fixture.commit();
    fixture.ok(&adoption("--domain example.org --admin-user alice"));
    let settings = fixture.read("agent-tool.toml");
    assert!(settings.contains("host-file = \"configuration.nix\"\n"), "{settings}");
    let module = fixture.read("hosts/agent-base/default.nix");
    let modules = "    modules = [\n      ./configuration.nix\n      { networking.domain = \"example.org\"; }\n    ];\n";
    assert!(module.contains(modules), "{module}");
}
