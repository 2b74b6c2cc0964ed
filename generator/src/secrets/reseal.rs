//! Sealing secrets anew: every one of them in memory, before the first goes anywhere.
//!
//! Each file is opened, sealed and opened again by one worker, which then forgets its plaintext: at most one
//! plaintext a processor is in memory, beside the files themselves. What only a plugin opens, which may ask for a touch
//! of a token, is opened one by one.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{
    access::{Access, Rule},
    keyring::{Ask, Keyring},
    manifest,
    plugin::Plugins,
    seal,
};
use crate::{
    error::{Error, Result},
    parallel,
    path::TreePath,
    plan::Draft,
    tree::Tree,
};

/// A secret that is to be sealed anew. It can't be printed.
pub struct Job<'a> {
    /// Its file.
    pub path: TreePath,
    /// Who is to read it.
    pub rule: &'a Rule,
    /// The file as it was read; nothing when there is none yet.
    pub sealed: Option<Vec<u8>>,
    /// Its new value; the one that it has, when there is none.
    pub value: Option<Zeroizing<Vec<u8>>>,
}

/// What opens secrets, and what is done with it.
pub struct Keys<'a> {
    /// The keys at hand.
    pub keyring: &'a mut Keyring,
    /// Where their passphrases come from.
    pub ask: &'a mut dyn Ask,
    /// Whether a secret may be sealed so that none of the keys at hand opens it afterwards.
    pub force: bool,
    /// Whether the secrets that can be sealed are, when others can't.
    pub keep_going: bool,
    /// Is told how many secrets there are, and for each, on whatever thread, that it is done.
    pub progress: &'a dyn Progress,
}

/// Who wants to know how far it is.
pub trait Progress: Sync {
    /// So many secrets are to be sealed.
    fn start(&self, count: usize);
    /// One of them is.
    fn done(&self);
}

/// Nobody wants to know.
impl Progress for () {
    fn start(&self, _count: usize) {}
    fn done(&self) {}
}

impl std::fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.keyring.fmt(f)
    }
}

/// Seals every secret of `jobs` to whom its rule names, and writes the files and their lines of the manifest into
/// `draft`. All of them, or none; or, to keep going, those that can be, and the errors of the others.
pub fn reseal(
    draft: &mut Draft<'_>,
    tree: &Tree,
    access: &Access,
    jobs: &[Job<'_>],
    keys: &mut Keys<'_>,
) -> Result<Vec<Error>> {
    access.expect_own_files(tree, jobs.iter().map(|job| &job.path))?;
    keys.progress.start(jobs.len());
    let (mut done, mut failures, mut locked_out) = (Vec::new(), Vec::new(), Vec::new());
    let sealer = Sealer { plugins: tree.plugins(), access };
    for (job, outcome) in jobs.iter().zip(sealer.seal_all(jobs, keys)) {
        let names = || access.names(&job.rule.recipients).join(", ");
        match outcome {
            Ok(Sealed { file, opens: true }) => done.push((job, file)),
            Ok(Sealed { file, .. }) if keys.force => {
                draft.note(format!("{}: no key at hand opens it from now on, only {}", job.path, names()));
                done.push((job, file));
            }
            Ok(_) => locked_out.push(format!("{} ({})", job.path, names())),
            Err(error) => failures.push(error),
        }
    }
    if !failures.is_empty() && !keys.keep_going {
        return Err(Error::Rekey(failures));
    }
    if !locked_out.is_empty() {
        let error = Error::LockOut { secrets: locked_out };
        if !keys.keep_going {
            return Err(error);
        }
        failures.push(error);
    }
    write(draft, tree, access, done)?;
    Ok(failures)
}

fn write(draft: &mut Draft<'_>, tree: &Tree, access: &Access, done: Vec<(&Job<'_>, Vec<u8>)>) -> Result<()> {
    if done.is_empty() {
        return Ok(());
    }
    let manifest = tree.settings().paths.manifest();
    let entries: Vec<manifest::Entry<'_>> =
        done.iter().map(|(job, sealed)| (&job.path, sealed.as_slice(), &*job.rule.recipients)).collect();
    let lines = manifest::with_all(&draft.text_or_empty(&manifest)?, &entries);
    for (job, sealed) in done {
        // What was opened must be what is replaced.
        if draft.bytes(&job.path)? != job.sealed {
            return Err(Error::Stale { path: job.path.clone() });
        }
        let summary = format!("sealed to {}", access.names(&job.rule.recipients).join(", "));
        draft.write_sealed(&job.path, sealed, summary)?;
    }
    draft.write(&manifest, lines)
}

/// What secrets are sealed by.
struct Sealer<'a> {
    plugins: &'a (dyn Plugins + Send + Sync),
    access: &'a Access,
}

/// A secret that is sealed.
struct Sealed {
    file: Vec<u8>,
    /// Whether nobody at hand is locked out: one of the keys opens it, or its value is new. A new value takes nobody's
    /// access away: its file was for the same readers, or for none.
    opens: bool,
}

impl Sealer<'_> {
    /// Seals each secret, in their order. A passphrase is asked for on this thread, when a file needs its key.
    fn seal_all(&self, jobs: &[Job<'_>], keys: &mut Keys<'_>) -> Vec<Result<Sealed>> {
        let mut results = BTreeMap::new();
        let mut pending: Vec<(usize, &Job<'_>)> = jobs.iter().enumerate().collect();
        loop {
            let (keyring, progress) = (&*keys.keyring, keys.progress);
            let outcomes = parallel::map(&pending, |(_, job)| {
                let sealed = self.seal_unasked(job, keyring);
                sealed.inspect(|_| progress.done())
            });
            let mut unopened = Vec::new();
            for ((index, job), outcome) in pending.into_iter().zip(outcomes) {
                match outcome {
                    Some(outcome) => drop(results.insert(index, outcome)),
                    None => unopened.push((index, job)),
                }
            }
            let contents = |job: &Job<'_>| job.sealed.clone().unwrap_or_default();
            // One locked key is tried a round: it is open afterwards, or is not asked for again.
            let asks = unopened.iter().find(|(_, job)| keyring.might_ask(job.path.as_str(), &contents(job)));
            let Some(&(index, job)) = asks else {
                // What is left is a plugin's to open, or nobody's at hand.
                for (index, job) in unopened {
                    let outcome = keys.keyring.open(job.path.as_str(), &contents(job), keys.ask);
                    let outcome = outcome.and_then(|value| self.seal(job, &value, keys.keyring));
                    results.insert(index, outcome.inspect(|_| progress.done()));
                }
                return results.into_values().collect();
            };
            if let Err(error) = keys.keyring.open(job.path.as_str(), &contents(job), keys.ask) {
                results.insert(index, Err(error));
                unopened.retain(|(other, _)| *other != index);
            }
            pending = unopened;
        }
    }

    /// Seals a secret that has a new value, or that a key opens which needs no passphrase (any more); nothing for one
    /// that none of these opens.
    fn seal_unasked(&self, job: &Job<'_>, keyring: &Keyring) -> Option<Result<Sealed>> {
        let what = job.path.as_str();
        match (&job.value, job.sealed.as_deref()) {
            (Some(value), _) => Some(self.seal(job, value, keyring)),
            (None, Some(before)) => {
                let value = keyring.open_unasked(what, before).ok()?;
                Some(self.seal(job, &value, keyring))
            }
            (None, None) => {
                Some(Err(Error::Secret { what: what.to_owned(), message: "there is no such file".into() }))
            }
        }
    }

    fn seal(&self, job: &Job<'_>, value: &[u8], keyring: &Keyring) -> Result<Sealed> {
        let (what, recipients) = (job.path.as_str(), &job.rule.recipients);
        let armor = job.rule.armor || job.sealed.as_deref().is_some_and(seal::is_armored);
        let file = seal::seal_by_rule(self.plugins, self.access, &job.path, value, armor)?;
        let is_new = job.value.is_some();
        let opens = if is_new && !keyring.is_open_among(recipients) {
            true
        } else {
            keyring.opens(what, &file, value, recipients)?
        };
        Ok(Sealed { file, opens })
    }
}
