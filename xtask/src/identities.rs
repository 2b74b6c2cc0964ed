//! The private keys at hand, and asking for their passphrases.

use std::{
    env, fs, io,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use generator::secrets::keyring::{Ask, Keyring, SecretString};

use crate::{hidden, tools::plugins::AgePlugins};

/// The environment variable with further identity files, separated like those of `PATH`.
const VARIABLE: &str = "AGENT_TOOL_IDENTITY";

/// The keys in `~/.ssh` that are looked for.
const DEFAULTS: [&str; 2] = ["id_ed25519", "id_rsa"];

/// Which private keys open secrets.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct IdentityArgs {
    /// A private key that opens secrets: an SSH key, or a file of age identities, plugins' too; may be repeated, and
    /// is tried before those in `AGENT_TOOL_IDENTITY`, `~/.ssh/id_ed25519` and `~/.ssh/id_rsa`
    #[arg(long = "identity", short = 'i', value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl IdentityArgs {
    /// Another private key, tried after those that were named; none when there is no such file.
    pub(crate) fn also(&mut self, file: PathBuf) {
        if file.is_file() {
            self.files.push(file);
        }
    }
}

/// Every private key at hand, in the order in which they are tried: those of `--identity`, those that the
/// environment names, and those in `~/.ssh`, as far as they are there.
pub(crate) fn keyring(args: &IdentityArgs) -> Result<Keyring> {
    let mut keyring = Keyring::with_plugins(Box::new(AgePlugins));
    for file in &args.files {
        add(&mut keyring, file, "--identity")?;
    }
    for file in named() {
        add(&mut keyring, &file, VARIABLE)?;
    }
    for (name, file) in defaults() {
        match fs::read(file) {
            Ok(contents) => keyring.offer(&format!("~/.ssh/{name}"), &contents),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => keyring.skip(&format!("~/.ssh/{name}"), &error.to_string()),
        }
    }
    Ok(keyring)
}

/// The private keys that SSH is to try, in the same order; none when it knows by itself.
pub(crate) fn for_ssh(args: &IdentityArgs) -> Vec<PathBuf> {
    let is_ssh = |file: &PathBuf| fs::read(file).is_ok_and(|contents| contents.starts_with(b"-----BEGIN "));
    let absolute = |file: PathBuf| std::path::absolute(&file).unwrap_or(file);
    let files: Vec<_> = args.files.iter().cloned().chain(named()).filter(is_ssh).map(absolute).collect();
    if files.is_empty() {
        return files;
    }
    // One that is named takes the place of those that it tries otherwise (`man 5 ssh_config`, IdentityFile).
    let defaults = defaults().map(|(_, file)| file).filter(|file| file.is_file());
    files.into_iter().chain(defaults).collect()
}

/// The files that the environment names.
fn named() -> impl Iterator<Item = PathBuf> {
    let variable = env::var_os(VARIABLE).unwrap_or_default();
    let files: Vec<_> = env::split_paths(&variable).filter(|path| !path.as_os_str().is_empty()).collect();
    files.into_iter()
}

/// The keys in `~/.ssh`, each with its name.
fn defaults() -> impl Iterator<Item = (&'static str, PathBuf)> {
    let home = env::home_dir().filter(|home| home.is_absolute());
    DEFAULTS.into_iter().filter_map(move |name| Some((name, home.as_ref()?.join(".ssh").join(name))))
}

/// Adds a file that was named, and must therefore be usable; `by` says where it was named.
fn add(keyring: &mut Keyring, file: &Path, by: &str) -> Result<()> {
    let named = || format!("{by} names {}", file.display());
    let contents = fs::read(file).map_err(generator::error::Error::io("read", file)).with_context(named)?;
    keyring.add(&file.to_string_lossy(), &contents).with_context(named)
}

/// Asks for passphrases on the terminal. Without one nobody is asked, and nothing waits.
pub(crate) struct Terminal;

impl Ask for Terminal {
    fn passphrase(&mut self, name: &str) -> Option<SecretString> {
        secret(&format!("Passphrase of {name}: "))
    }
}

/// Asks for what is not shown while it is typed; nothing where nobody can be asked.
pub(crate) fn secret(question: &str) -> Option<SecretString> {
    if !is_attended() {
        return None;
    }
    hidden::ask(question).ok()
}

/// Asks somebody at the terminal; an error where there is nobody to say.
pub(crate) fn confirm(question: &str) -> Result<bool> {
    if !is_attended() {
        return Ok(false);
    }
    write!(io::stderr(), "{question} [y/N] ").context("the terminal can't be written to")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("standard input can't be read")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Whether somebody is there to answer: both standard input and standard error are terminals, and this is no CI.
pub(crate) fn is_attended() -> bool {
    let ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    !ci && io::stdin().is_terminal() && io::stderr().is_terminal()
}
