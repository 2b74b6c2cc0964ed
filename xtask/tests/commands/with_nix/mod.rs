//! Every Nix file, as Nix itself parses and evaluates it.
//!
//! Without Nix these tests say so and pass; where `CI=true` they fail.

mod engines;
mod flake;
mod hosts;
mod mistakes;
mod operator;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{Fixture, repository};

/// Nix, with a folder for its state.
struct Nix {
    state: TempDir,
}

/// Nix, where it is installed.
fn nix() -> Option<Nix> {
    if Command::new("nix-instantiate").arg("--version").output().is_ok() {
        return Some(Nix { state: TempDir::new().unwrap() });
    }
    assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "CI needs Nix: apt-get install nix-bin");
    eprintln!("skipped: there is no nix-instantiate (apt-get install nix-bin)");
    None
}

/// The folder of the stand-ins for nixpkgs, home-manager and agenix.
fn stubs() -> PathBuf {
    repository().join("tests/nix")
}

impl Nix {
    fn parse(&self, fixture: &Fixture) {
        for path in fixture.nix_files() {
            let parsed = self.instantiate(&["--parse", &path], fixture.root());
            assert!(parsed.is_ok(), "{path}: {parsed:?}");
        }
    }

    /// What the hosts of the flake at `root` are, with the inputs that `AGENT_TOOL_INPUTS` names, or
    /// stubs.
    fn hosts(&self, root: &Path, only: Option<&str>) -> Value {
        let inputs = env::var_os("AGENT_TOOL_INPUTS").map_or_else(stubs, PathBuf::from);
        serde_json::from_str(&self.evaluate(root, only, &inputs).unwrap()).unwrap()
    }

    /// The same with facts that only stubs give: the files of each host, and what its image was asked to be.
    fn hosts_with_stubs(&self, root: &Path) -> Value {
        serde_json::from_str(&self.evaluate(root, None, &stubs()).unwrap()).unwrap()
    }

    /// The names of the hosts of the flake at `root`.
    fn names(&self, root: &Path) -> Value {
        let flake = format!("import ./tests/nix/call-flake.nix {{ path = {}; }}", root.display());
        let names = format!("builtins.attrNames ({flake}).nixosConfigurations");
        let output = self.instantiate(&["--eval", "--strict", "--json", "--expr", &names], &repository());
        serde_json::from_str(&output.unwrap()).unwrap()
    }

    fn evaluate(&self, root: &Path, only: Option<&str>, inputs: &Path) -> Result<String, String> {
        let mut words = vec!["--eval", "--strict", "--json", "tests/nix/hosts.nix"];
        words.extend(["--argstr", "root", root.to_str().unwrap()]);
        words.extend(["--argstr", "inputs", inputs.to_str().unwrap()]);
        words.extend(only.into_iter().flat_map(|host| ["--argstr", "only", host]));
        self.instantiate(&words, &repository())
    }

    /// What the machine looks like that runs the hosts of the flake at `root`.
    fn operator(&self, root: &Path) -> Value {
        let words = ["--eval", "--strict", "--json", "tests/nix/operator.nix", "--argstr", "root"];
        let words = words.into_iter().chain([root.to_str().unwrap()]).collect::<Vec<_>>();
        serde_json::from_str(&self.instantiate(&words, &repository()).unwrap()).unwrap()
    }

    /// What a file of this repository finds wrong.
    fn list(&self, path: &str) -> Value {
        let output = self.instantiate(&["--eval", "--strict", "--json", path], &repository());
        serde_json::from_str(&output.unwrap()).unwrap()
    }

    fn instantiate(&self, words: &[&str], folder: &Path) -> Result<String, String> {
        self.run("nix-instantiate", words, folder)
    }

    /// Runs a command on flakes, with stubs in the place of the inputs that are named.
    fn flake(&self, words: &[&str], inputs: &[&str], folder: &Path) -> Result<String, String> {
        let paths: Vec<_> =
            inputs.iter().map(|name| format!("path:{}", stubs().join(name).display())).collect();
        let inputs = inputs.iter().zip(&paths).flat_map(|(name, path)| ["--override-input", name, path]);
        self.run("nix", &words.iter().copied().chain(inputs).collect::<Vec<_>>(), folder)
    }

    /// All that is in one output of the flake in `folder`.
    fn output(&self, output: &str, folder: &Path) -> Value {
        let visit = fs::read_to_string(repository().join("tests/nix/outputs.nix")).unwrap();
        let words = ["eval", "--no-write-lock-file", "--json", output, "--apply", &visit];
        let value = self.flake(&words, &["nixpkgs", "home-manager", "agenix"], folder);
        serde_json::from_str(&value.unwrap()).unwrap()
    }

    /// Runs a program of Nix with a store of its own, without a network.
    fn run(&self, program: &str, words: &[&str], folder: &Path) -> Result<String, String> {
        let state = |name| self.state.path().join(name);
        let config = [
            "substituters =",
            "flake-registry =",
            "build-users-group =",
            "experimental-features = nix-command flakes",
        ];
        let output = Command::new(program)
            .args(words)
            .current_dir(folder)
            .env("NIX_CONFIG", config.join("\n"))
            .env("NIX_STORE_DIR", state("store"))
            .env("NIX_STATE_DIR", state("state"))
            .env("NIX_LOG_DIR", state("log"))
            .env("XDG_CACHE_HOME", state("cache"))
            .env("HOME", self.state.path())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }
}
