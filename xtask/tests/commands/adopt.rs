//! `init` in a flake that is no tree of agents yet.

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, adoption};

/// Somebody's machines.
pub(crate) fn flake() -> Fixture {
    let fixture = Fixture::empty();
    fixture.write(
        "flake.nix",
        "\
{
  inputs = {
    nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";
  };

  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        tower = nixpkgs.lib.nixosSystem {
          system = \"x86_64-linux\";
          modules = [ ./machines/tower ]; # under the desk
        };
      };
    };
}
",
    );
    fixture.write(
        "machines/tower/default.nix",
        "\
{
  networking.domain = \"example.org\";
  users.users.alice = {
    isNormalUser = true;
    extraGroups = [ \"wheel\" ];
  };
}
",
    );
    fixture.git(&["init", "--quiet"]);
    fixture.git(&["remote", "add", "origin", "git@github.com:alice/machines.git"]);
    fixture.commit();
    fixture
}

/// Machines of somebody's that have a file of their own and a module of all each.
fn flake_of_two(own: &str, of_all: &str) -> Fixture {
    let fixture = flake();
    let modules = "[ ./machines/tower ]; # under the desk\n        };";
    let other = "laptop = nixpkgs.lib.nixosSystem {
          system = \"x86_64-linux\";
          modules = [ ./machines/laptop ./all.nix ];
        };";
    fixture.replace(
        "flake.nix",
        modules,
        &format!("[ ./machines/tower ./all.nix ];\n        }};\n        {other}"),
    );
    fixture.replace("machines/tower/default.nix", "{\n", "{\n  imports = [ ../laptop ];\n");
    fixture.write("machines/laptop/default.nix", own);
    fixture.write("all.nix", of_all);
    fixture.commit();
    fixture
}

fn adopt(fixture: &Fixture) -> String {
    fixture.ok(&adoption("")).stdout
}

#[test]
fn a_flake_becomes_a_tree_of_agents() {
    let fixture = flake();
    let diff = adopt(&fixture);
    assert!(diff.lines().all(|line| !line.starts_with('-') || line.starts_with("---")), "{diff}");
    let settings = fixture.read("agent-tool.toml");
    for line in [
        "domain = \"example.org\"",
        "admin-user = \"alice\"",
        "flake = \"github:alice/machines\"",
        "hosts = \"machines\"",
        "base = \"machines/agent-base/default.nix\"",
    ] {
        assert!(settings.lines().any(|it| it == line), "{line}: {settings}");
    }
    let flake = fixture.read("flake.nix");
    for part in
        ["home-manager/release-26.05\"", "github:ryantm/agenix", "modules = [ ./machines/agent-base ];"]
    {
        assert!(flake.contains(part), "{part}: {flake}");
    }
    fixture.ok("new-agent vesta");
    assert!(fixture.read("flake.nix").contains("modules = [ ./machines/agent-vesta ];"));
    assert!(fixture.ok("check").stderr.contains("0 errors"));
    fixture.ok("remove-agent vesta");
    assert!(fixture.ok("check").stderr.contains("0 errors"));
}

#[test]
fn the_release_is_a_default_where_the_flake_says_one_of_all_machines() {
    let fixture = flake_of_two("{ }\n", "{ system.stateVersion = \"25.05\"; }\n");
    adopt(&fixture);
    fixture.ok("new-agent vesta");
    fixture.ok("new-agent pallas --like vesta");
    for agent in ["base", "vesta", "pallas"] {
        let host = fixture.read(&format!("machines/agent-{agent}/default.nix"));
        for line in ["{ inputs, lib, ... }:", "  system.stateVersion = lib.mkDefault \"26.05\";"] {
            assert!(host.lines().any(|it| it == line), "{line}: {host}");
        }
    }
    assert!(fixture.ok("check").stderr.contains("0 errors"));
    assert!(fixture.ok("new-agent vesta").stderr.contains("already"));
}

#[test]
fn unfree_packages_are_allowed_where_each_machine_allows_them_for_itself() {
    let own = "{ nixpkgs.config.allowUnfree = true; }\n";
    let fixture = flake_of_two(own, "{ pkgs, ... }: { environment.systemPackages = [ pkgs.discord ]; }\n");
    adopt(&fixture);
    fixture.ok("new-agent vesta");
    fixture.ok("new-agent pallas --like vesta");
    for agent in ["base", "vesta", "pallas"] {
        let host = fixture.read(&format!("machines/agent-{agent}/default.nix"));
        assert!(host.lines().any(|it| it == "  nixpkgs.config.allowUnfree = true;"), "{host}");
    }
    assert!(fixture.ok("check").stderr.contains("0 errors"));
    fixture.ok("new-agent juno");
    assert!(fixture.read("machines/agent-juno/default.nix").contains("allowUnfree"));
}

#[test]
fn a_place_for_a_host_comes_with_the_folder_of_its_files() {
    let fixture = flake();
    let planned = |fixture: &Fixture| -> serde_json::Value {
        serde_json::from_str(&fixture.ok("plan register vesta --json").stdout).unwrap()
    };
    let json = planned(&fixture);
    assert_eq!((&json["form"], &json["folder"]), (&"attribute".into(), &"machines/agent-vesta".into()));
    fixture.write(
        "flake.nix",
        "\
{
  outputs =
    { nixpkgs, ... }@inputs:
    {
      nixosConfigurations = builtins.mapAttrs (
        name: _:
        nixpkgs.lib.nixosSystem {
          modules = [ ./machines/${name} ];
          specialArgs = { inherit inputs; };
        }
      ) (builtins.readDir ./machines);
    };
}
",
    );
    let json = planned(&fixture);
    assert_eq!((&json["form"], &json["folder"]), (&"folder".into(), &"machines/agent-vesta".into()));
}

#[test]
fn nothing_is_overwritten() {
    let fixture = flake();
    fixture.write("modules/agent.nix", "{ }\n");
    let rules = "let\n  users.alice = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4\";\nin\n{\n}\n";
    fixture.write("secrets.nix", rules);
    fixture.commit();
    let said = fixture.ok("init").stderr;
    assert!(said.contains("modules/agent.nix is there, and stays as it is"), "{said}");
    assert_eq!(fixture.read("modules/agent.nix"), "{ }\n");
    let completed = "  systems = {\n  };\n  adminKeys = [ users.alice ];\nin\n";
    assert_eq!(fixture.read("secrets.nix"), rules.replace("in\n", completed));
}

#[test]
fn what_the_flake_does_not_say_is_asked_for() {
    let fixture = flake();
    fixture.replace("machines/tower/default.nix", "networking.domain = \"example.org\";", "");
    fixture.commit();
    fixture.refused(&["init"], 1, "hint: say it by --domain DOMAIN");
    fixture.refused(&["init", "--domain", "not a domain"], 2, "is no host name");
    fixture.refused(&["init", "--domain", "example.org"], 1, "hint: name your key by --admin-key FILE.pub");
}

#[test]
fn outputs_that_take_no_other_input_take_any() {
    let fixture = flake();
    fixture.replace("flake.nix", "{ self, nixpkgs, ... }@inputs:", "{ self, nixpkgs }@inputs:");
    fixture.commit();
    adopt(&fixture);
    let flake = fixture.read("flake.nix");
    assert!(flake.contains("    { self, nixpkgs, ... }@inputs:\n"), "{flake}");
    assert!(flake.contains("github:ryantm/agenix"), "{flake}");
}

#[test]
fn a_flake_that_names_no_inputs_gets_them() {
    let fixture = flake();
    let inputs = "  inputs = {\n    nixpkgs.url = \"github:NixOS/nixpkgs/nixos-26.05\";\n  };\n\n";
    fixture.replace("flake.nix", inputs, "");
    fixture.commit();
    adopt(&fixture);
    let flake = fixture.read("flake.nix");
    assert_eq!(flake.matches("inputs = {").count(), 1, "{flake}");
    for part in ["url = \"github:nix-community/home-manager\";", "url = \"github:ryantm/agenix\";"] {
        assert!(flake.contains(part), "{part}: {flake}");
    }
}

#[test]
fn a_document_with_the_table_is_the_guide() {
    let fixture = flake();
    let document = "# Machines\n\n| Agent | SSH port | SPICE port |\n| --- | --- | --- |\n";
    fixture.write("docs/machines.md", document);
    fixture.commit();
    adopt(&fixture);
    let settings = fixture.read("agent-tool.toml");
    assert!(settings.contains("guide = \"docs/machines.md\"\n"), "{settings}");
    fixture.ok("new-agent vesta");
    assert!(fixture.read("docs/machines.md").contains("| vesta | 2223 | 5900 |"));
}

#[test]
fn a_tree_of_agents_takes_a_key_alone() {
    let fixture = Fixture::new();
    fixture.refused(&["init"], 2, "--admin-key FILE.pub");
    fixture.refused(&["init", "--domain", "example.org"], 2, "its facts are in agent-tool.toml");
}
