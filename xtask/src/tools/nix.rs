//! Nix: rules that are beyond the builtin evaluator, and building.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use generator::secrets::rules::Fallback;
use serde_json::Value;

use super::program::{Call, Failure, Installed, Programs};

/// How long one evaluation may take: rules that take longer are broken.
const LIMIT: Duration = Duration::from_secs(60);

/// How long a build may take: a base image has to be built or fetched whole.
const BUILD: Duration = Duration::from_secs(6 * 60 * 60);

/// `nix-instantiate`.
pub(crate) struct Nix {
    program: PathBuf,
    limit: Duration,
}

impl Nix {
    /// Looks for it on the `PATH`.
    pub(crate) fn find() -> Option<Self> {
        Some(Self { program: Installed.find("nix-instantiate")?, limit: LIMIT })
    }
}

impl Fallback for Nix {
    fn eval_json(&self, expression: &str, file: Option<&str>) -> Result<Value, String> {
        let program = self.program.to_string_lossy();
        let call = Call::new(&program).words(["--eval", "--strict", "--json", "--expr", expression]);
        let call = match file {
            Some(file) => call.variable("FILE", file),
            None => call.unset("FILE"),
        };
        // It may print a part of the value before it fails: the exit status decides.
        let output = call.limit(self.limit).run(&Installed).map_err(|failure| match failure {
            Failure::Failed { stderr, .. } => stderr.trim().to_owned(),
            Failure::Late { limit, .. } => {
                format!("{program} did not end within {} seconds", limit.as_secs())
            }
            failure => failure.to_string(),
        })?;
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{program} printed no JSON: {error}"))
    }
}

/// The version of Nix, where it knows flakes; older ones don't take the words.
pub(crate) fn version(programs: &dyn Programs) -> Result<String, Failure> {
    Ok(nix(&["--version"]).run(programs)?.text())
}

/// Builds `installable` and gives its place in the store. What Nix says meanwhile goes to `hear`.
pub(crate) fn build(
    programs: &dyn Programs,
    installable: &str,
    hear: &dyn Fn(&str),
) -> Result<PathBuf, Failure> {
    let call = nix(&["build", "--no-link", "--print-out-paths", "--print-build-logs", installable]);
    Ok(PathBuf::from(programs.run(&call.limit(BUILD), hear)?.text()))
}

/// Keeps the garbage collector from a path in the store, by a link at `root`.
pub(crate) fn keep(programs: &dyn Programs, store_path: &Path, root: &Path) -> Result<(), Failure> {
    nix(&["build", "--out-link"]).path(root).path(store_path).run(programs).map(drop)
}

fn nix(words: &[&str]) -> Call {
    let flakes = ["--extra-experimental-features", "nix-command flakes"];
    Call::new("nix").words(flakes).words(words.iter().copied())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, sync::Mutex};

    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    /// A program that another test holds open for writing, by a process that it is just starting, can't be run.
    static ALONE: Mutex<()> = Mutex::new(());

    /// What a script in the place of Nix makes of a question.
    fn ask(script: &str, file: Option<&str>) -> Result<Value, String> {
        let _alone = ALONE.lock().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("nix-instantiate");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Nix { program, limit: Duration::from_secs(1) }.eval_json("1 + 1", file)
    }

    #[test]
    fn what_it_prints_is_the_answer_when_it_succeeds() {
        assert_eq!(
            ask("printf '[\"%s\", \"%s\"]' \"$5\" \"${FILE-none}\"", None),
            Ok(json!(["1 + 1", "none"]))
        );
        assert_eq!(ask("printf '\"%s\"' \"$FILE\"", Some("a b.age")), Ok(json!("a b.age")));
        assert_eq!(ask("head -c 300000 /dev/zero >&2; echo 2", None), Ok(json!(2)));
    }

    #[test]
    fn what_it_says_is_the_error_when_it_fails() {
        assert_eq!(ask("echo '[1,'; echo 'error: no' >&2; exit 1", None), Err("error: no".to_owned()));
        assert!(ask("echo oops", None).unwrap_err().contains("printed no JSON"));
        assert!(ask("exec sleep 30", None).unwrap_err().ends_with("did not end within 1 seconds"));
        let nowhere = Nix { program: "/nowhere/nix-instantiate".into(), limit: LIMIT };
        assert!(nowhere.eval_json("1", None).unwrap_err().starts_with("there is no"));
    }
}
