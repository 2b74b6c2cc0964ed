//! What is typed at the terminal and not shown.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
};

use generator::secrets::keyring::SecretString;
use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use signal_hook::{consts::SIGINT, low_level::raise};
use zeroize::Zeroizing;

/// What a terminal sends for Ctrl-C (`man 3 termios`, VINTR).
const CTRL_C: u8 = 3;

/// The longest line that a terminal gives, in bytes (`man 3 termios`, canonical mode).
const LINE: usize = 4096;

/// Asks at the terminal of the process for a line that is not shown while it is typed.
pub(crate) fn ask(question: &str) -> io::Result<SecretString> {
    let mut terminal = Hidden::new()?;
    // Only now: what somebody quick types at once would be shown.
    terminal.tty.write_all(question.as_bytes())?;
    let mut line = Zeroizing::new([0; LINE]);
    let length = terminal.tty.read(line.as_mut_slice())?;
    terminal.tty.write_all(b"\n")?;
    drop(terminal);
    let line = line.get(..length).unwrap_or_default();
    if line.ends_with(&[CTRL_C]) {
        raise(SIGINT)?;
        return Err(io::ErrorKind::Interrupted.into());
    }
    let Some(answer) = line.strip_suffix(b"\n") else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    let answer = str::from_utf8(answer).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(SecretString::from(answer.to_owned()))
}

/// The terminal while it doesn't show what is typed; it is as it was before when this goes.
struct Hidden {
    tty: File,
    before: Termios,
}

impl Hidden {
    fn new() -> io::Result<Self> {
        let tty = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        let before = termios::tcgetattr(&tty)?;
        let mut hidden = before.clone();
        // Ctrl-C ends the line, and no process: one that ends here would leave the terminal as it is now.
        hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        hidden.local_modes.insert(LocalModes::ICANON);
        hidden.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        termios::tcsetattr(&tty, OptionalActions::Flush, &hidden)?;
        Ok(Self { tty, before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // What can't be set back stays, and whoever sits there sees it.
        let _ = termios::tcsetattr(&self.tty, OptionalActions::Now, &self.before);
    }
}
