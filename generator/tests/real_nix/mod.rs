//! Nix itself, for tests that compare with it.

use std::{
    env,
    process::{Command, Stdio},
};

use generator::secrets::rules::Fallback;
use serde_json::Value;

/// `nix-instantiate`, without a store and without the network.
pub(crate) struct RealNix;

impl RealNix {
    /// Nix, where it is installed. Without it a test says so and is skipped, save where `CI=true` is set.
    pub(crate) fn find() -> Option<Self> {
        let version = Command::new("nix-instantiate").arg("--version").stdout(Stdio::null()).status();
        if version.is_ok_and(|status| status.success()) {
            return Some(Self);
        }
        assert!(
            env::var("CI").as_deref() != Ok("true"),
            "nix-instantiate is missing: apt-get install nix-bin"
        );
        eprintln!("skipped: nix-instantiate is missing (apt-get install nix-bin)");
        None
    }

    /// The value of an expression, as JSON.
    pub(crate) fn eval(&self, expression: &str) -> Result<Value, String> {
        self.eval_json(expression, None)
    }
}

impl Fallback for RealNix {
    fn eval_json(&self, expression: &str, file: Option<&str>) -> Result<Value, String> {
        let mut command = Command::new("nix-instantiate");
        command.args(["--eval", "--strict", "--json", "--store", "dummy://", "--expr", expression]);
        command.env("NIX_CONFIG", "substituters =\nflake-registry =\n").env_remove("NIX_PATH");
        match file {
            Some(file) => command.env("FILE", file),
            None => command.env_remove("FILE"),
        };
        let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
        // Part of the JSON may be printed before a failure, so the status alone counts.
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
    }
}
