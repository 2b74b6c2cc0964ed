//! `init` and `new-agent` in flakes that read their folders when they are evaluated: nothing that agents have lies
//! where it would be taken for a module or a host.

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, adoption, repository};

const TOWER: &str = "\
{
  networking.domain = \"example.org\";
  users.users.alice = {
    isNormalUser = true;
    extraGroups = [ \"wheel\" ];
  };
}
";

/// A flake with these files, committed.
fn flake(files: &[(&str, &str)]) -> Fixture {
    let fixture = Fixture::empty();
    for (path, text) in files {
        fixture.write(path, text);
    }
    fixture.git(&["init", "--quiet"]);
    fixture.commit();
    fixture
}

/// Somebody's machines, of which every file below `modules` is a module of flake-parts.
pub(crate) fn import_tree() -> Fixture {
    let host = |name: &str| {
        format!(
            "\
{{ inputs, ... }}:
{{
  flake.nixosConfigurations.{name} = inputs.nixpkgs.lib.nixosSystem {{
    system = \"x86_64-linux\";
    modules = [ ../../machines/{name} ];
    specialArgs = {{ inherit inputs; }};
  }};
}}
"
        )
    };
    flake(&[
        (
            "flake.nix",
            "\
{
  inputs = {
    nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";
    flake-parts.url = \"github:hercules-ci/flake-parts\";
    import-tree.url = \"github:vic/import-tree\";
  };

  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules);
}
",
        ),
        ("modules/hosts/tower.nix", &host("tower")),
        ("modules/hosts/attic.nix", &host("attic")),
        ("modules/systems.nix", "{\n  systems = [ \"x86_64-linux\" ];\n}\n"),
        ("machines/tower/default.nix", TOWER),
        ("machines/attic/default.nix", "{ }\n"),
    ])
}

/// Somebody's machines, each a folder of one that is read.
pub(crate) fn read_dir() -> Fixture {
    flake(&[
        (
            "flake.nix",
            "\
{
  inputs = {
    nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";
  };

  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = builtins.mapAttrs (
        name: _:
        nixpkgs.lib.nixosSystem {
          system = \"x86_64-linux\";
          modules = [ ./machines/${name} ];
          specialArgs = { inherit inputs; };
        }
      ) (builtins.readDir ./machines);
    };
}
",
        ),
        ("machines/tower/default.nix", TOWER),
        ("machines/attic/default.nix", "{ }\n"),
    ])
}

/// Makes it a tree of agents, and gives the files that are new.
pub(crate) fn adopt(fixture: &Fixture) -> Vec<String> {
    new_files(fixture, &adoption(""))
}

fn new_files(fixture: &Fixture, command: &str) -> Vec<String> {
    let before = fixture.snapshot();
    fixture.ok(command);
    let mut files: Vec<_> =
        fixture.snapshot().into_keys().filter(|path| !before.contains_key(path)).collect();
    files.retain(|path| !path.starts_with("secrets") && !path.ends_with('/'));
    fixture.commit();
    files
}

fn expect_no_errors(fixture: &Fixture) {
    let said = fixture.ok("check").stderr;
    assert!(said.contains("0 errors"), "{said}");
}

/// The lines below `[paths]`.
fn paths(fixture: &Fixture) -> Vec<String> {
    let settings = fixture.read("agent-tool.toml");
    let (_, paths) = settings.split_once("[paths]\n").unwrap();
    paths.lines().map(str::to_owned).collect()
}

#[test]
fn no_module_of_agents_lies_among_the_modules_of_the_flake() {
    let fixture = import_tree();
    let files = adopt(&fixture);
    assert_eq!(
        files,
        [
            "agent-tool.toml",
            "agents/modules/agent-home.nix",
            "agents/modules/agent-vm.nix",
            "agents/modules/agent.nix",
            "agents/users/alice.nix",
            "agents/users/keys.nix",
            "docs/agentvms.md",
            "home-manager/common/agents/base.nix",
            "machines/agent-base/default.nix",
            "machines/agent-base/qcow.nix",
            "machines/common/optional/agent-base.nix",
            "modules/hosts/agent-base.nix",
        ]
    );
    assert_eq!(
        paths(&fixture),
        [
            "hosts = \"machines\"",
            "base = \"machines/agent-base/default.nix\"",
            "modules = \"agents/modules\"",
            "users = \"agents/users\"",
        ]
    );
    let before = fixture.snapshot();
    assert_eq!(
        new_files(&fixture, "new-agent vesta"),
        [
            "agents/users/vesta.nix",
            "home-manager/vesta/agent.nix",
            "home-manager/vesta/himalaya.nix",
            "machines/agent-vesta/default.nix",
            "modules/hosts/agent-vesta.nix",
        ]
    );
    expect_no_errors(&fixture);
    fixture.ok("remove-agent vesta");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn no_file_that_agents_share_lies_in_a_folder_of_hosts_that_is_read() {
    let fixture = read_dir();
    let files = adopt(&fixture);
    assert_eq!(
        files,
        [
            "agent-tool.toml",
            "agents/machine.nix",
            "docs/agentvms.md",
            "home-manager/common/agents/base.nix",
            "machines/agent-base/default.nix",
            "machines/agent-base/qcow.nix",
            "modules/agent-home.nix",
            "modules/agent-vm.nix",
            "modules/agent.nix",
            "modules/users/alice.nix",
            "modules/users/keys.nix",
        ]
    );
    assert!(paths(&fixture).contains(&"shared-host = \"agents/machine.nix\"".to_owned()));
    assert!(fixture.read("agents/machine.nix").contains("imports = [ ../modules/agent-vm.nix ];"));
    let before = fixture.snapshot();
    assert_eq!(
        new_files(&fixture, "new-agent vesta"),
        [
            "home-manager/vesta/agent.nix",
            "home-manager/vesta/himalaya.nix",
            "machines/agent-vesta/default.nix",
            "modules/users/vesta.nix",
        ]
    );
    assert!(fixture.read("machines/agent-vesta/default.nix").contains("../../agents/machine.nix"));
    expect_no_errors(&fixture);
    fixture.ok("remove-agent vesta");
    assert_eq!(fixture.snapshot(), before);
}

#[test]
fn where_files_are_hosts_the_base_has_no_folder_beside_its_own() {
    let fixture = read_dir();
    fixture.write(
        "flake.nix",
        "\
{
  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";

  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = nixpkgs.lib.mapAttrs' (
        file: _:
        nixpkgs.lib.nameValuePair (nixpkgs.lib.removeSuffix \".nix\" file) (
          nixpkgs.lib.nixosSystem {
            modules = [ (./machines + \"/${file}\") ];
            specialArgs = { inherit inputs; };
          }
        )
      ) (builtins.readDir ./machines);
    };
}
",
    );
    for host in ["tower", "attic"] {
        fixture.git(&["mv", &format!("machines/{host}/default.nix"), &format!("machines/{host}.nix")]);
    }
    fixture.commit();
    let files = adopt(&fixture);
    let of_base: Vec<_> = files.iter().filter(|path| !path.contains("modules/")).collect();
    assert_eq!(
        of_base,
        [
            "agent-tool.toml",
            "agents/machine.nix",
            "agents/qcow.nix",
            "docs/agentvms.md",
            "home-manager/common/agents/base.nix",
            "machines/agent-base.nix",
        ]
    );
    assert!(fixture.read("machines/agent-base.nix").contains("    ../agents/qcow.nix\n"));
}

#[test]
fn what_is_read_by_another_module_is_left_alone() {
    let fixture = read_dir();
    let imports = "{ lib, ... }:\n{\n  imports = map (name: ./. + \"/${name}\") (builtins.attrNames (removeAttrs (builtins.readDir ./.) [ \"default.nix\" ]));\n}\n";
    fixture.write("modules/users/default.nix", imports);
    fixture.write("home/default.nix", "{ scan, ... }:\n{\n  imports = scan ./.;\n}\n");
    fixture.commit();
    let files = adopt(&fixture);
    let aside: Vec<_> = files.iter().filter(|path| path.starts_with("agents/")).collect();
    assert_eq!(
        aside,
        [
            "agents/homes/common/agents/base.nix",
            "agents/machine.nix",
            "agents/users/alice.nix",
            "agents/users/keys.nix",
        ]
    );
}

#[test]
fn what_a_framework_reads_by_names_of_its_own_is_left_alone() {
    let fixture = flake(&[
        (
            "flake.nix",
            "\
{
  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";
  inputs.blueprint.url = \"github:numtide/blueprint\";

  outputs = inputs: inputs.blueprint { inherit inputs; };
}
",
        ),
        ("hosts/tower/configuration.nix", TOWER),
    ]);
    let files = adopt(&fixture);
    let elsewhere: Vec<_> = files.iter().filter(|path| !path.starts_with("agents/")).collect();
    assert_eq!(
        elsewhere,
        [
            "agent-tool.toml",
            "docs/agentvms.md",
            "hosts/agent-base/configuration.nix",
            "hosts/agent-base/qcow.nix",
        ]
    );
    for file in ["agents/machine.nix", "agents/modules/agent.nix", "agents/homes/common/agents/base.nix"] {
        assert!(files.iter().any(|path| path == file), "{file}: {files:?}");
    }
}

#[test]
fn where_all_is_read_nothing_is_written() {
    let fixture = import_tree();
    fixture.replace("flake.nix", "import-tree ./modules", "import-tree ./.");
    fixture.commit();
    let key = repository().join("tests/keys/example_operator.pub");
    let words =
        ["init", "--domain", "example.org", "--admin-user", "alice", "--admin-key", key.to_str().unwrap()];
    fixture.refused(&words, 1, "flake.nix:8:92: what lies in agents or agent-vms is read here, too");
}

#[test]
fn where_hosts_must_say_more_agents_lie_apart() {
    let fixture = flake(&[
        (
            "flake.nix",
            "\
{
  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";

  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        name: _:
        nixpkgs.lib.nixosSystem {
          inherit (import ./hosts/${name}/facts.nix) system;
          modules = [ ./hosts/${name} ];
          specialArgs = { inherit inputs; };
        };
    in
    {
      nixosConfigurations = builtins.mapAttrs mkHost (builtins.readDir ./hosts);
    };
}
",
        ),
        ("hosts/tower/default.nix", TOWER),
        ("hosts/tower/facts.nix", "{ system = \"x86_64-linux\"; }\n"),
    ]);
    let files = adopt(&fixture);
    assert!(!files.iter().any(|path| path.starts_with("hosts/")), "{files:?}");
    assert!(files.iter().any(|path| path == "agents/agent-base/default.nix"), "{files:?}");
    fixture.ok("new-agent vesta");
    let flake = fixture.read("flake.nix");
    let merged = "\
      nixosConfigurations = builtins.mapAttrs mkHost (builtins.readDir ./hosts) // {
        agent-base = nixpkgs.lib.nixosSystem {
          system = \"x86_64-linux\";
          modules = [ ./agents/agent-base ];
          specialArgs = { inherit inputs; };
        };
        agent-vesta = nixpkgs.lib.nixosSystem {
          system = \"x86_64-linux\";
          modules = [ ./agents/agent-vesta ];
          specialArgs = { inherit inputs; };
        };
      };
";
    assert!(flake.contains(merged), "{flake}");
    assert!(fixture.root().join("agents/agent-vesta/default.nix").is_file());
}
