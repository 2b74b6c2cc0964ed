//! The private keys at hand, and asking for their passphrases.

use std::{
    env, fs, io,
    io::IsTerminal,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use generator::secrets::keyring::{Ask, Keyring, SecretString};

use crate::tools::plugins::AgePlugins;

/// The environment variable with further identity files, separated like those of `PATH`.
const VARIABLE: &str = "AGENT_TOOL_IDENTITY";

/// The keys in `~/.ssh` that are looked for.
const DEFAULTS: [&str; 2] = ["id_ed25519", "id_rsa"];

/// Which private keys open secrets.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct IdentityArgs {
    /// A private key that opens secrets: an SSH key, or a file of age identities, plugins' too; may be repeated, and is tried
    /// before those in `AGENT_TOOL_IDENTITY`, `~/.ssh/id_ed25519` and `~/.ssh/id_rsa`
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
    let named = env::var_os(VARIABLE).unwrap_or_default();
    let named = env::split_paths(&named).filter(|path| !path.as_os_str().is_empty());
    let mut keyring = Keyring::with_plugins(Box::new(AgePlugins));
    for file in &args.files {
        add(&mut keyring, file, "--identity")?;
    }
    for file in named {
        add(&mut keyring, &file, VARIABLE)?;
    }
    let home = env::home_dir().filter(|home| home.is_absolute());
    for name in DEFAULTS {
        let Some(home) = &home else { break };
        match fs::read(home.join(".ssh").join(name)) {
            Ok(contents) => keyring.offer(&format!("~/.ssh/{name}"), &contents),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => keyring.skip(&format!("~/.ssh/{name}"), &error.to_string()),
        }
    }
    Ok(keyring)
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
    rpassword::prompt_password(question).ok().map(SecretString::from)
}

/// Whether somebody is there to answer: both standard input and standard error are terminals, and this is no CI.
pub(crate) fn is_attended() -> bool {
    let ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    !ci && io::stdin().is_terminal() && io::stderr().is_terminal()
}
