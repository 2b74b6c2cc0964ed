//! Bringing the sealed files in line with the rules: which need it, and the plan.

use std::fmt;

use serde::Serialize;

use super::{
    access::Access,
    header, manifest,
    reseal::{self, Job, Keys},
    seal,
};
use crate::{
    error::{Error, Result},
    path::TreePath,
    plan::{Draft, Plan},
    tree::Tree,
};

/// What is asked for.
#[derive(Debug, Default)]
pub struct Request {
    /// The secrets that are meant, as people name them; every one when there is none.
    pub secrets: Vec<String>,
    /// Whether what is in order is sealed anew, too.
    pub all: bool,
}

/// Why a secret is to be sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its header is not one of a file that is sealed to whom its rule names.
    Recipients,
    /// The manifest doesn't say that this file was sealed to whom its rule names.
    Unrecorded,
    /// Its rule wants text, and it is none.
    Armor,
    /// It was asked for.
    Asked,
}

/// What is to be sealed anew, as a plan.
#[derive(Debug)]
pub struct Rekey {
    /// The changes: the files, and the manifest.
    pub plan: Plan,
    /// The secrets that it seals, with why.
    pub sealed: Vec<(TreePath, Reason)>,
    /// Those that can't be sealed: none, unless it was asked to keep going.
    pub failures: Vec<Error>,
    /// How many secrets are in order as they are.
    pub in_order: usize,
}

/// How the files stand to the rules, as far as it can be told without a key.
#[derive(Debug, Default)]
pub struct Survey {
    /// The secrets that are to be sealed anew: path, contents, why.
    pub stale: Vec<(TreePath, Vec<u8>, Reason)>,
    /// Those that can't be: no file, no age file, no recipient, a recipient that is none.
    pub broken: Vec<Error>,
    /// How many are in order.
    pub in_order: usize,
}

/// Plans to seal anew what needs it. Nothing is written.
pub fn plan(tree: &Tree, request: &Request, keys: &mut Keys<'_>) -> Result<Rekey> {
    let (access, survey) = look(tree, request)?;
    if !survey.broken.is_empty() && !keys.keep_going {
        return Err(Error::Rekey(survey.broken));
    }
    let mut draft = Draft::new(tree);
    let sealed: Vec<_> = survey.stale.iter().map(|(path, _, reason)| (path.clone(), *reason)).collect();
    let mut jobs = Vec::new();
    for (path, sealed, _) in survey.stale {
        jobs.push(Job { rule: access.rule(&path)?, path, sealed: Some(sealed), value: None });
    }
    let failed = reseal::reseal(&mut draft, tree, &access, &jobs, keys)?;
    let planned = draft.planned();
    let sealed = sealed.into_iter().filter(|(path, _)| planned.contains_key(path)).collect();
    let failures = survey.broken.into_iter().chain(failed).collect();
    Ok(Rekey { plan: draft.finish()?, sealed, failures, in_order: survey.in_order })
}

/// How the secrets that are asked for stand to the rules. No key is needed.
pub fn look(tree: &Tree, request: &Request) -> Result<(Access, Survey)> {
    let access = Access::read_partly(tree)?;
    let mut wanted = Vec::new();
    for name in &request.secrets {
        wanted.push(access.named(name)?);
    }
    let is_wanted = |path: &TreePath| wanted.is_empty() || wanted.contains(path);
    let survey = survey(tree, &access, request.all, is_wanted)?;
    Ok((access, survey))
}

/// Seals anew, into `draft`, what the rules that are planned there want otherwise, among what `is_wanted` tells.
/// Without keys nothing is sealed; the secrets are told all the same.
pub fn follow(
    draft: &mut Draft<'_>,
    tree: &Tree,
    planned: &Access,
    is_wanted: impl Fn(&TreePath) -> bool,
    keys: Option<&mut Keys<'_>>,
) -> Result<Vec<TreePath>> {
    let survey = survey(tree, planned, false, is_wanted)?;
    let paths = survey.stale.iter().map(|(path, ..)| path.clone()).collect();
    let Some(keys) = keys else { return Ok(paths) };
    if !survey.broken.is_empty() {
        return Err(Error::Rekey(survey.broken));
    }
    let mut jobs = Vec::new();
    for (path, sealed, _) in survey.stale {
        jobs.push(Job { rule: planned.rule(&path)?, path, sealed: Some(sealed), value: None });
    }
    reseal::reseal(draft, tree, planned, &jobs, keys)?;
    Ok(paths)
}

/// How the secrets that `is_wanted` tells stand to the rules.
pub fn survey(
    tree: &Tree,
    access: &Access,
    all: bool,
    is_wanted: impl Fn(&TreePath) -> bool,
) -> Result<Survey> {
    let text = tree.text(&tree.settings().paths.manifest())?.unwrap_or_default();
    let manifest = manifest::Index::new(manifest::lines(&text));
    let mut survey = Survey::default();
    let wanted: Vec<_> = access.rules().map(|(path, _)| path).filter(|path| is_wanted(path)).collect();
    let inspected = tree.each_bytes(&wanted, |path, sealed| inspect(access, path, sealed?, &manifest, all));
    for (path, inspected) in wanted.into_iter().zip(inspected) {
        match inspected {
            Ok(None) => survey.in_order += 1,
            Ok(Some((sealed, reason))) => survey.stale.push((path.clone(), sealed, reason)),
            Err(error @ Error::Secret { .. }) => survey.broken.push(error),
            Err(error) => return Err(error),
        }
    }
    Ok(survey)
}

/// The secret with why it is to be sealed anew; nothing where it is not.
fn inspect(
    access: &Access,
    path: &TreePath,
    sealed: Option<Vec<u8>>,
    manifest: &manifest::Index<'_>,
    all: bool,
) -> Result<Option<(Vec<u8>, Reason)>> {
    let broken = |message: &str| Error::Secret { what: path.to_string(), message: message.into() };
    if let Some(error) = access.broken().iter().find(|(broken, _)| broken == path) {
        return Err(Error::Secret { what: path.to_string(), message: error.1.to_string() });
    }
    let rule = access.rule(path)?;
    if rule.recipients.is_empty() {
        return Err(broken("its rule names nobody who may read it"));
    }
    let sealed = sealed.ok_or_else(|| broken("there is a rule for it, and no such file"))?;
    if !seal::is_sealed(&sealed) {
        return Err(broken("is not sealed: it is no age file"));
    }
    let stanzas = header::stanzas(path.as_str(), &sealed)?;
    let reason = if !header::may_be_sealed_to(&stanzas, &rule.recipients) {
        Some(Reason::Recipients)
    } else if !manifest.agrees(path, &sealed, &rule.recipients) {
        Some(Reason::Unrecorded)
    } else if rule.armor && !seal::is_armored(&sealed) {
        Some(Reason::Armor)
    } else {
        all.then_some(Reason::Asked)
    };
    Ok(reason.map(|reason| (sealed, reason)))
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Recipients => "is sealed to others than its rule names",
            Self::Unrecorded => "was changed, or its rule was, since it was last sealed here",
            Self::Armor => "is to be text (armor), and is none",
            Self::Asked => "is in order",
        })
    }
}

#[cfg(test)]
mod tests;
