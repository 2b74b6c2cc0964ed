//! What the commands that seal secrets anew have in common: their options, their keys, and how far they are.

use std::{
    io::{self, IsTerminal},
    sync::OnceLock,
    time::{Duration, Instant},
};

use anyhow::Result;
use generator::{
    error::Error,
    path::TreePath,
    plan::Plan,
    secrets::reseal::{Keys, Progress},
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    Place,
    identities::{self, IdentityArgs, Terminal},
    report::{self, Hint},
    session::Session,
};

/// The options of every command that seals secrets anew.
#[derive(Debug, clap::Args)]
pub(crate) struct SealArgs {
    /// Show the diff and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Print what is done as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Seal also what no key at hand could open afterwards
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) identities: IdentityArgs,
}

impl SealArgs {
    /// Opens the tree: for reading alone, when nothing is to be written.
    pub(crate) fn session(&self, place: &Place) -> Result<Session> {
        if self.dry_run { Session::read(place) } else { Session::write(place) }
    }

    /// Plans with the keys at hand.
    pub(crate) fn plan<T>(
        &self,
        keep_going: bool,
        plan: impl FnOnce(&mut Keys<'_>) -> generator::error::Result<T>,
    ) -> Result<T> {
        let mut keyring = identities::keyring(&self.identities)?;
        let bar = Bar::new();
        let mut keys =
            Keys { keyring: &mut keyring, ask: &mut Terminal, force: self.force, keep_going, progress: &bar };
        let outcome = plan(&mut keys);
        drop(bar);
        outcome.map_err(Into::into)
    }

    /// Shows a plan and brings it into the tree, unless nothing is to be written. Says whether it did.
    pub(crate) fn land(&self, session: &Session, plan: &Plan) -> Result<bool> {
        if !self.json {
            report::plan(plan)?;
        }
        if self.dry_run {
            session.check(plan)?;
            if !self.json {
                report::note("nothing was written (--dry-run)");
            }
            return Ok(false);
        }
        if !plan.is_empty() {
            session.apply(plan)?;
        }
        Ok(true)
    }
}

/// Says, where secrets could not be opened, what else can be done than to find the key.
pub(crate) fn or_else(option: &'static str) -> impl FnOnce(anyhow::Error) -> anyhow::Error {
    move |error| match error.downcast_ref::<Error>() {
        Some(rekey @ Error::Rekey(_)) => {
            let hint = rekey.hint().unwrap_or_default();
            error.context(Hint(format!("{hint}, or {option}")))
        }
        _ => error,
    }
}

/// Lists the secrets that somebody could read who no longer may.
pub(crate) fn to_rotate(why: &str, secrets: &[TreePath]) {
    if !secrets.is_empty() {
        report::note(why);
        for path in secrets {
            report::note(&format!("  {path}"));
        }
    }
}

/// A bar on a terminal, for what takes longer than a blink.
struct Bar {
    start: Instant,
    bar: OnceLock<ProgressBar>,
}

const BLINK: Duration = Duration::from_millis(300);

impl Bar {
    fn new() -> Self {
        Self { start: Instant::now(), bar: OnceLock::new() }
    }
}

impl Progress for Bar {
    fn start(&self, count: usize) {
        if io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::hidden());
            if let Ok(style) = ProgressStyle::with_template("sealing {bar:40} {pos}/{len}") {
                bar.set_style(style);
            }
            // Nothing was set before: there is one start.
            let _ = self.bar.set(bar);
        }
    }

    fn done(&self) {
        let Some(bar) = self.bar.get() else { return };
        if bar.is_hidden() && self.start.elapsed() > BLINK {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        bar.inc(1);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
