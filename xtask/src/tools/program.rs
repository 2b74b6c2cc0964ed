//! Running a program: its words as they are, never through a shell; what it said kept; never longer than its limit.

use std::{
    env, fmt,
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use xshell::{Shell, cmd};
use zeroize::Zeroizing;

/// How long a program may take that nobody gave another limit.
const LIMIT: Duration = Duration::from_secs(30);

/// How long a program that has ended is listened to: whoever it left behind may keep its pipes open.
const GRACE: Duration = Duration::from_secs(1);

/// What a report shows of what a program said: its last lines.
const TAIL: usize = 20;

/// A program to be run. What it reads may be a secret, so that nobody prints it whole.
#[derive(Clone)]
pub(crate) struct Call {
    program: String,
    words: Vec<String>,
    variables: Vec<(String, String)>,
    unset: Vec<String>,
    folder: Option<PathBuf>,
    stdin: Option<Zeroizing<Vec<u8>>>,
    limit: Duration,
    shown: Option<String>,
}

/// What a program printed that succeeded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output {
    pub(crate) stdout: Vec<u8>,
}

/// Why a program did not do what it was run for.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Failure {
    /// It is not on the `PATH`.
    #[error("there is no `{program}` on this machine")]
    Missing { program: String },
    /// It can't be started.
    #[error("`{call}` can't be run: {why}")]
    Start { call: String, why: String },
    /// It did not end in time, and was ended.
    #[error("`{call}` did not end within {} seconds{}", limit.as_secs(), said(stderr))]
    Late { call: String, limit: Duration, stderr: String },
    /// It failed.
    #[error("`{call}` failed{}{}", code.map(|code| format!(" ({code})")).unwrap_or_default(), said(stderr))]
    Failed { call: String, code: Option<i32>, stderr: String },
}

/// What runs programs: this machine, or a record of one.
pub(crate) trait Programs: Sync {
    /// Runs a program to its end, and hands on each line that it says meanwhile.
    fn run(&self, call: &Call, hear: &dyn Fn(&str)) -> Result<Output, Failure>;

    /// Where a program is.
    fn find(&self, program: &str) -> Option<PathBuf>;
}

/// The programs of this machine.
pub(crate) struct Installed;

impl Call {
    pub(crate) fn new(program: &str) -> Self {
        Self {
            program: program.to_owned(),
            words: Vec::new(),
            variables: Vec::new(),
            unset: Vec::new(),
            folder: None,
            stdin: None,
            limit: LIMIT,
            shown: None,
        }
    }

    /// Adds words.
    pub(crate) fn words<T: Into<String>>(mut self, words: impl IntoIterator<Item = T>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    /// Adds a path as a word.
    pub(crate) fn path(self, path: &Path) -> Self {
        self.words([path.to_string_lossy()])
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn unset(mut self, name: &str) -> Self {
        self.unset.push(name.to_owned());
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// What it reads from standard input, which is empty otherwise.
    pub(crate) fn stdin(mut self, bytes: Zeroizing<Vec<u8>>) -> Self {
        self.stdin = Some(bytes);
        self
    }

    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// What people are shown in the place of its words, where these say little.
    pub(crate) fn shown(mut self, shown: String) -> Self {
        self.shown = Some(shown);
        self
    }

    /// Runs it.
    pub(crate) fn run(&self, programs: &dyn Programs) -> Result<Output, Failure> {
        programs.run(self, &|_| {})
    }

    /// Lets the program take the place of this one, with its terminal, its signals and its exit status. It comes back
    /// only where that failed.
    pub(crate) fn become_it(&self) -> Failure {
        if Installed.find(&self.program).is_none() {
            return Failure::Missing { program: self.program.clone() };
        }
        let start = |why: String| Failure::Start { call: self.to_string(), why };
        match self.command() {
            Ok(mut command) => {
                command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
                start(command.exec().to_string())
            }
            Err(error) => start(error.to_string()),
        }
    }

    #[cfg(test)]
    pub(crate) fn value(&self, variable: &str) -> Option<&str> {
        self.variables.iter().find_map(|(name, value)| (name == variable).then_some(value.as_str()))
    }

    #[cfg(test)]
    pub(crate) fn last_word(&self) -> &str {
        self.words.last().unwrap()
    }

    #[cfg(test)]
    pub(crate) fn reads(&self) -> Option<&[u8]> {
        self.stdin.as_ref().map(|bytes| bytes.as_slice())
    }

    fn command(&self) -> xshell::Result<Command> {
        let shell = Shell::new()?;
        let (program, words) = (&self.program, &self.words);
        let command = cmd!(shell, "{program} {words...}").envs(self.variables.iter().cloned());
        let mut command = Command::from(command);
        for name in &self.unset {
            command.env_remove(name);
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command)
    }
}

impl Output {
    /// What it printed, as text, without the last line break.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end().to_owned()
    }
}

impl Failure {
    /// What the program itself said, where it ran.
    pub(crate) fn said(&self) -> &str {
        match self {
            Self::Failed { stderr, .. } | Self::Late { stderr, .. } => stderr,
            Self::Missing { .. } | Self::Start { .. } => "",
        }
    }
}

impl Programs for Installed {
    fn run(&self, call: &Call, hear: &dyn Fn(&str)) -> Result<Output, Failure> {
        if self.find(&call.program).is_none() {
            return Err(Failure::Missing { program: call.program.clone() });
        }
        let start = |why: String| Failure::Start { call: call.to_string(), why };
        let mut command = call.command().map_err(|error| start(error.to_string()))?;
        let mut child = command.spawn().map_err(|error| start(error.to_string()))?;
        let end = Instant::now() + call.limit;
        feed(child.stdin.take(), call.stdin.clone());
        let (printed, lines) = (drain(child.stdout.take()), listen(child.stderr.take()));
        let mut stderr = String::new();
        let mut keep = |line: String| {
            hear(&line);
            stderr += &line;
            stderr.push('\n');
        };
        let status = loop {
            lines.try_iter().for_each(&mut keep);
            match child.try_wait() {
                Ok(Some(status)) => break Some(status),
                _ if Instant::now() < end => thread::sleep(Duration::from_millis(5)),
                _ => {
                    // It may end by itself just now; then there is nothing to kill.
                    let _ = child.kill();
                    let _ = child.wait();
                    break None;
                }
            }
        };
        // What it said last is on its way, and somebody whom it left behind may hold the pipe open.
        while let Ok(line) = lines.recv_timeout(GRACE) {
            keep(line);
        }
        let (call, limit) = (call.to_string(), call.limit);
        match status {
            None => Err(Failure::Late { call, limit, stderr }),
            Some(status) if status.success() => match printed.recv_timeout(GRACE) {
                Ok(stdout) => Ok(Output { stdout }),
                Err(_) => Err(start("its output does not end".into())),
            },
            Some(status) => Err(Failure::Failed { call, code: status.code(), stderr }),
        }
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        if program.contains('/') {
            return Some(PathBuf::from(program)).filter(|path| path.is_file());
        }
        let path = env::var_os("PATH")?;
        env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
    }
}

/// Writes `bytes` beside what else is done: a program may print before it has read everything.
fn feed(stdin: Option<ChildStdin>, bytes: Option<Zeroizing<Vec<u8>>>) {
    if let (Some(mut stdin), Some(bytes)) = (stdin, bytes) {
        // A program that doesn't want all of it says so by how it ends.
        thread::spawn(move || stdin.write_all(&bytes));
    }
}

/// Reads to the end.
fn drain(source: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What can't be read is missing, and nobody waits for it any more where the receiver is gone.
        if source.is_none_or(|mut source| source.read_to_end(&mut bytes).is_ok()) {
            let _ = sender.send(bytes);
        }
    });
    receiver
}

/// Reads line by line.
fn listen(source: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let Some(source) = source else { return };
        for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

impl fmt::Display for Call {
    /// The words as a person would type them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(shown) = &self.shown {
            return f.write_str(shown);
        }
        f.write_str(&self.program)?;
        self.words.iter().try_for_each(|word| write!(f, " {}", quote(word)))
    }
}

/// A word as `sh` takes it for that word (POSIX, XCU 2.2.2).
pub(crate) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,#~".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The end of what a program said, below the line that says that it failed.
fn said(stderr: &str) -> String {
    let lines: Vec<_> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = lines.iter().skip(lines.len().saturating_sub(TAIL));
    tail.map(|line| format!("\n    {line}")).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use pretty_assertions::assert_eq;

    use super::*;

    fn sh(script: &str) -> Call {
        Call::new("sh").words(["-c", script])
    }

    #[test]
    fn what_it_prints_and_what_it_says_are_kept_apart() {
        let lines = Mutex::new(Vec::new());
        let call = sh("cat; echo one >&2; printf two >&2; head -c 300000 /dev/zero >&2");
        let call = call.stdin(b"in".to_vec().into());
        let output = Installed.run(&call, &|line| lines.lock().unwrap().push(line.len())).unwrap();
        assert_eq!(output.text(), "in");
        assert_eq!(*lines.lock().unwrap(), [3, 300_003]);
    }

    #[test]
    fn standard_input_is_empty_unless_something_is_given() {
        assert_eq!(sh("cat; echo end").run(&Installed).unwrap().text(), "end");
    }

    #[test]
    fn a_failure_has_the_words_of_the_program() {
        let error = sh("echo 'error: no such thing' >&2; exit 3").run(&Installed).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`sh -c 'echo '\\''error: no such thing'\\'' >&2; exit 3'` failed (3)\n    error: no such thing"
        );
        let error = Call::new("no-such-program").run(&Installed).unwrap_err();
        assert_eq!(error.to_string(), "there is no `no-such-program` on this machine");
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended() {
        let error = sh("echo begun >&2; exec sleep 60").limit(Duration::from_millis(200)).run(&Installed);
        assert!(matches!(error.unwrap_err(), Failure::Late { stderr, .. } if stderr == "begun\n"));
    }

    #[test]
    fn whoever_a_program_leaves_behind_is_not_waited_for() {
        assert!(
            sh("sleep 3 & echo done >&2")
                .run(&Installed)
                .is_err_and(|error| { error.to_string().ends_with("its output does not end") })
        );
        let output = sh("sleep 3 >&- 2>&- & echo done").run(&Installed).unwrap();
        assert_eq!(output.text(), "done");
    }

    #[test]
    fn words_are_shown_as_a_shell_takes_them() {
        assert_eq!(
            Call::new("ssh").words(["a b", "", "it's", "x=1"]).to_string(),
            r"ssh 'a b' '' 'it'\''s' x=1"
        );
    }
}
