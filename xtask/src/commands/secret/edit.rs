//! `secret edit`: another value for a secret.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use generator::{path::TreePath, secrets::replace::Found};
use zeroize::Zeroizing;

use super::{from_here, from_stdin};
use crate::{
    Place,
    identities::{self, IdentityArgs, Terminal},
    report::{self, Hint},
    scratch::Scratch,
    session::Session,
    tools::editor::{Editor, Signals},
};

/// Edit a secret in $VISUAL or $EDITOR
///
/// The plaintext is in a file of mode 0600 on a file system in memory (`XDG_RUNTIME_DIR` or /dev/shm) while the editor
/// runs, and is overwritten and removed afterwards. What was not changed is not written; when the editor fails,
/// nothing is. See to it that your editor keeps no copies elsewhere: vim and nvim are told so.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  secret edit wifi
  EDITOR='code --wait' secret edit wifi
  pass show wifi | secret edit wifi --stdin    a new value, to the byte, without an editor")]
pub(super) struct Args {
    /// The secret: its path or its file name
    name: String,

    /// Take the new value from standard input, to the byte
    #[arg(long)]
    stdin: bool,

    /// Accept a value that is empty
    #[arg(long)]
    allow_empty: bool,

    /// Also where no key at hand opens the secret afterwards
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    identities: IdentityArgs,
}

pub(super) fn run(place: &Place, args: &Args) -> Result<ExitCode> {
    let session = Session::write(place)?;
    let mut keyring = identities::keyring(&args.identities)?;
    let found = Found::find(session.tree(), &from_here(session.tree(), &args.name))?;
    let path = found.path.clone();
    let value = if args.stdin {
        from_stdin()?
    } else {
        let editor = Editor::find()?;
        let before = found.open(&mut keyring, &mut Terminal)?;
        let after = edit(&path, &before, &editor)?;
        if before == after {
            report::note(&format!("{path} is unchanged: nothing was written"));
            return Ok(ExitCode::SUCCESS);
        }
        if after.ends_with(b"\n") && !before.ends_with(b"\n") {
            report::warning(&format!("{path} ends in a line break now, and did not before"));
        }
        after
    };
    if value.is_empty() && !args.allow_empty {
        return Err(anyhow!("the new value is empty: {path} was not changed"))
            .context(Hint("add --allow-empty if that is meant; `secret remove` removes a secret".into()));
    }
    let plan = found.replace(&value, &keyring, args.force)?;
    report::plan(&plan)?;
    session.apply(&plan)?;
    report::note(&format!("\n{path} has a new value; the old one stays in git's history"));
    Ok(ExitCode::SUCCESS)
}

/// What the editor makes of a value.
fn edit(path: &TreePath, before: &[u8], editor: &Editor) -> Result<Zeroizing<Vec<u8>>> {
    // Before anything is in the file: from here on no signal ends the process before the file is wiped.
    let signals = Signals::catch()?;
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    let scratch = Scratch::new(name.strip_suffix(".age").unwrap_or(name), before)?;
    editor.edit(scratch.file(), scratch.folder(), &signals)?;
    scratch.read()
}
