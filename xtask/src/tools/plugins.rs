//! age plugins: `age-plugin-NAME` on the `PATH`, run by the crate age.

use std::{
    collections::HashSet,
    env, io,
    io::{BufRead, Write},
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use age::{
    Callbacks, DecryptError, EncryptError,
    plugin::{self, IdentityPluginV1, RecipientPluginV1},
    secrecy::SecretString,
};
use age_core::format::{FileKey, Stanza};
use generator::secrets::plugin::{self as naming, Plugins};

use crate::{identities, report};

/// How long a plugin may take where nobody is there whom it could ask for anything.
const LIMIT: Duration = Duration::from_secs(60);

/// What runs plugins. Without a terminal they ask nobody, and nothing waits for them for ever.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AgePlugins;

impl Plugins for AgePlugins {
    fn recipient(&self, name: &str, recipients: &[&str]) -> Result<Box<dyn age::Recipient>, String> {
        let keys = recipients.iter().map(|key| key.parse()).collect::<Result<Vec<plugin::Recipient>, _>>()?;
        let run = Run::of(name)?;
        RecipientPluginV1::new(name, &keys, &[], Terminal).map_err(|_| run.missing())?;
        Ok(Box::new(Recipients { run, keys }))
    }

    fn identity(
        &self,
        name: &str,
        identities: &[&str],
    ) -> Result<Box<dyn age::Identity + Send + Sync>, String> {
        let keys = identities.iter().map(|key| key.parse()).collect::<Result<Vec<plugin::Identity>, _>>()?;
        let run = Run::of(name)?;
        IdentityPluginV1::new(name, &keys, Terminal).map_err(|_| run.missing())?;
        Ok(Box::new(Identities { run, keys }))
    }
}

/// One plugin, and how long it may take: as long as it likes where somebody is there, who may have to find a token.
struct Run {
    name: String,
    limit: Option<Duration>,
}

/// Recipients of a plugin.
struct Recipients {
    run: Run,
    keys: Vec<plugin::Recipient>,
}

/// Identities of a plugin.
struct Identities {
    run: Run,
    keys: Vec<plugin::Identity>,
}

impl age::Recipient for Recipients {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        use age::secrecy::ExposeSecret;
        let (name, keys) = (self.run.name.clone(), self.keys.clone());
        let file_key = FileKey::init_with_mut(|copy| copy.copy_from_slice(file_key.expose_secret()));
        let sealed = self.run.within_limit(move || {
            let plugin = RecipientPluginV1::new(&name, &keys, &[], Terminal);
            plugin.map_err(EncryptError::PluginResolve)?.wrap_file_key(&file_key)
        })?;
        sealed.map_err(|error| match error {
            EncryptError::Io(error) => self.run.failed(error).into(),
            other => other,
        })
    }
}

impl age::Identity for Identities {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let (name, keys) = (self.run.name.clone(), self.keys.clone());
        let copy = |it: &Stanza| Stanza { tag: it.tag.clone(), args: it.args.clone(), body: it.body.clone() };
        let stanzas: Vec<_> = stanzas.iter().map(copy).collect();
        let opened = self.run.within_limit(move || {
            // What is gone since it was found has no key for the file.
            IdentityPluginV1::new(&name, &keys, Terminal).ok()?.unwrap_stanzas(&stanzas)
        });
        opened.unwrap_or_else(|late| Some(Err(late.into()))).map(|opened| {
            opened.map_err(|error| match error {
                DecryptError::Io(error) => self.run.failed(error).into(),
                other => other,
            })
        })
    }
}

impl Run {
    /// The plugin called `name`. It is not run where its every message would be printed, keys of files among them.
    fn of(name: &str) -> Result<Self, String> {
        if env::var_os("AGEDEBUG").is_some_and(|value| value == "plugin") {
            return Err("AGEDEBUG=plugin would print the keys of files: unset it".into());
        }
        let limit = (!identities::is_attended()).then_some(LIMIT);
        Ok(Self { name: name.to_owned(), limit })
    }

    fn program(&self) -> String {
        naming::program(&self.name)
    }

    fn missing(&self) -> String {
        format!("{} is not on the PATH: install it, or add its folder to the PATH", self.program())
    }

    /// What went wrong between this program and the plugin, without the advice of age for who writes plugins.
    fn failed(&self, error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::TimedOut => error,
            io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                io::Error::other(format!("{} ended before it had answered", self.program()))
            }
            _ => io::Error::other(format!("{}: {error}", self.program())),
        }
    }

    /// What `work` comes to. A plugin that is late loses its pipes when this program ends.
    fn within_limit<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let Some(limit) = self.limit else { return Ok(work()) };
        let (done, outcome) = mpsc::channel();
        thread::spawn(move || done.send(work()));
        outcome.recv_timeout(limit).map_err(|_| {
            let (program, seconds) = (self.program(), limit.as_secs());
            let said = format!("{program} did not answer within {seconds} seconds, and there is no terminal");
            io::Error::new(io::ErrorKind::TimedOut, said)
        })
    }
}

/// Where plugins show messages and ask. Without a terminal the answer is that nobody answers.
#[derive(Clone)]
struct Terminal;

impl Callbacks for Terminal {
    fn display_message(&self, message: &str) {
        report::note(message);
    }

    fn confirm(&self, message: &str, yes_string: &str, no_string: Option<&str>) -> Option<bool> {
        let no = no_string.unwrap_or("no");
        let answer = ask(&format!("{message} [1: {yes_string}, 2: {no}] "))?;
        match answer.as_str() {
            "1" => Some(true),
            "2" => Some(false),
            _ => None,
        }
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        ask(&format!("{description}: "))
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        let _alone = alone();
        identities::secret(&format!("{description}: "))
    }
}

/// A line that somebody types.
fn ask(question: &str) -> Option<String> {
    let _alone = alone();
    if !identities::is_attended() {
        return None;
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).ok()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).ok()?;
    Some(answer.trim().to_owned())
}

/// Files are sealed side by side, and questions asked one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static TERMINAL: Mutex<()> = Mutex::new(());
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_waits_for_ever_without_a_terminal() {
        let run = |limit| Run { name: "slow".into(), limit: Some(limit) };
        let (stop, wait) = mpsc::channel::<()>();
        let late = run(Duration::from_millis(20)).within_limit(move || wait.recv()).unwrap_err().to_string();
        assert_eq!(late, "age-plugin-slow did not answer within 0 seconds, and there is no terminal");
        drop(stop);
        assert_eq!(run(LIMIT).within_limit(|| 7).unwrap(), 7);
    }
}
