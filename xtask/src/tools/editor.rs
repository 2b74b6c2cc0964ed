//! The person's editor, on a file that nobody else may see.

use std::{
    env,
    io::{self, IsTerminal},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    flag,
};
use xshell::{Shell, cmd};

use crate::{identities::is_attended, report::Hint};

/// An editor that was found.
pub(crate) struct Editor {
    program: String,
    arguments: Vec<String>,
}

/// Signals that would end this process at once, and are only noted from here on: what is on the memory file system
/// has to be wiped first.
pub(crate) struct Signals {
    /// The terminal's interrupt, which the editor gets, too, and may live on with.
    interrupt: Arc<AtomicBool>,
    /// One that means the end, whatever the editor thinks.
    end: Arc<AtomicBool>,
}

impl Signals {
    pub(crate) fn catch() -> Result<Self> {
        let signals = Self { interrupt: Arc::default(), end: Arc::default() };
        for (signal, seen) in [
            (SIGINT, &signals.interrupt),
            (SIGQUIT, &signals.interrupt),
            (SIGTERM, &signals.end),
            (SIGHUP, &signals.end),
        ] {
            flag::register(signal, Arc::clone(seen)).context("signals can't be caught")?;
        }
        Ok(signals)
    }
}

impl Editor {
    /// The one that `VISUAL` or `EDITOR` names; `vi` where somebody sits at a terminal and neither does.
    pub(crate) fn find() -> Result<Self> {
        let named = ["VISUAL", "EDITOR"]
            .into_iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()));
        let words = match named {
            Some(words) => words,
            None if is_attended() => "vi".to_owned(),
            None => {
                return Err(anyhow!("there is no terminal to edit at")).context(Hint(
                    "pipe the new value into `secret edit NAME --stdin`, or name an editor that works without a \
                     terminal by EDITOR"
                        .into(),
                ));
            }
        };
        // A path with spaces in it, or a program with its arguments.
        if Path::new(&words).is_file() {
            return Ok(Self { program: words, arguments: Vec::new() });
        }
        let mut words = words.split_whitespace().map(str::to_owned);
        let program = words.next().unwrap_or_default();
        Ok(Self { program, arguments: words.collect() })
    }

    /// Has `file`, which lies alone in `folder`, edited. An error when the editor fails, or a signal ends it.
    pub(crate) fn edit(&self, file: &Path, folder: &Path, signals: &Signals) -> Result<()> {
        let shell = Shell::new()?;
        let (program, arguments, discreet) = (&self.program, &self.arguments, self.discreet());
        // What the editor puts beside the file is wiped with it. What a person says comes last.
        let command = cmd!(shell, "{program} {discreet...} {arguments...} {file}").env("TMPDIR", folder);
        let mut command = Command::from(command);
        if !io::stdin().is_terminal() {
            command.stdin(Stdio::null());
        }
        // What it prints must not be taken for data.
        command.stdout(io::stderr());
        let mut child = command.spawn().with_context(|| format!("the editor {program} can't be run"))?;
        match wait(&mut child, signals)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("the editor {program} failed ({status}); nothing was written"),
            None => bail!("the edit was interrupted; nothing was written"),
        }
    }

    /// What keeps an editor from leaving copies elsewhere, and from adding a line break at the end.
    fn discreet(&self) -> Vec<&'static str> {
        let name = Path::new(&self.program).file_name().and_then(|name| name.to_str());
        match name {
            Some("vim" | "nvim") => {
                vec!["-n", "-i", "NONE", "-c", "set nobackup nowritebackup noundofile nofixeol"]
            }
            _ => Vec::new(),
        }
    }
}

/// How the editor ended; nothing when it was ended by us.
fn wait(child: &mut Child, signals: &Signals) -> Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait().context("the editor can't be waited for")? {
            return Ok(Some(status).filter(|_| !signals.end.load(Ordering::SeqCst)));
        }
        // Without a terminal the interrupt may have come to this process alone.
        let interrupted = signals.interrupt.load(Ordering::SeqCst) && !io::stdin().is_terminal();
        if interrupted || signals.end.load(Ordering::SeqCst) {
            let _ = child.kill();
            child.wait().context("the editor can't be waited for")?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(10));
    }
}
