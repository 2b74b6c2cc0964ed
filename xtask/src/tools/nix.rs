//! Nix, for rules that are beyond the builtin evaluator.

use std::{
    env,
    io::Read,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use generator::secrets::rules::Fallback;
use serde_json::Value;
use xshell::{Shell, cmd};

/// How long one evaluation may take: rules that take longer are broken.
const LIMIT: Duration = Duration::from_secs(60);

/// `nix-instantiate`.
pub(crate) struct Nix {
    program: PathBuf,
    limit: Duration,
}

impl Nix {
    /// Looks for it on the `PATH`.
    pub(crate) fn find() -> Option<Self> {
        let path = env::var_os("PATH")?;
        let program =
            env::split_paths(&path).map(|folder| folder.join("nix-instantiate")).find(|it| it.is_file())?;
        Some(Self { program, limit: LIMIT })
    }
}

impl Fallback for Nix {
    fn eval_json(&self, expression: &str, file: Option<&str>) -> Result<Value, String> {
        let shell = Shell::new().map_err(|error| error.to_string())?;
        let program = &self.program;
        let command = cmd!(shell, "{program} --eval --strict --json --expr {expression}");
        let command = match file {
            Some(file) => command.env("FILE", file),
            None => command.env_remove("FILE"),
        };
        let mut command = Command::from(command);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |what: &str| format!("{} {what}", program.display());
        let mut child = command.spawn().map_err(|error| failed(&format!("can't be run: {error}")))?;
        let (printed, said) = (drain(child.stdout.take()), drain(child.stderr.take()));
        let Some(succeeded) = wait(&mut child, self.limit) else {
            return Err(failed(&format!("did not end within {} seconds", self.limit.as_secs())));
        };
        // It may print a part of the value before it fails: the exit status decides.
        if !succeeded {
            let said = said.join().unwrap_or_default();
            return Err(String::from_utf8_lossy(&said).trim().to_owned());
        }
        serde_json::from_slice(&printed.join().unwrap_or_default())
            .map_err(|error| failed(&format!("printed no JSON: {error}")))
    }
}

/// Reads to the end, beside what else is done: a full pipe would hold the program up.
fn drain(source: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut source) = source {
            // What can't be read is missing; whoever parses it says so.
            let _ = source.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Whether the program succeeded; nothing when it had to be killed.
fn wait(child: &mut Child, limit: Duration) -> Option<bool> {
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(2)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
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
        assert!(nowhere.eval_json("1", None).unwrap_err().contains("can't be run"));
    }
}
