//! The rules that a tree must obey, and where it doesn't. No key, no network and no Nix are needed.

mod look;
mod machines;
mod names;
mod parts;
mod secrets;

use std::fmt;

use serde::Serialize;

use crate::{
    agent::registry::Registry,
    error::{Error, Location, Result},
    parallel,
    secrets::access::Access,
    tree::Tree,
};

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub at: Location,
    /// What.
    pub message: String,
    /// How to mend it.
    pub mend: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something won't work.
    Error,
    /// Something should be known, or done later.
    Warning,
}

/// Looks at everything. The findings are sorted by file and place.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let agents = tree.agents()?;
    let (access, looks) = parallel::both(|| Access::read(tree), || look::look(tree, &agents));
    let looks = looks?;
    let mut findings = looks.style;
    // What can't be parsed can't be looked into: the other rules would say the same again, in more words.
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(sorted(findings));
    }
    let registry = Registry::read(tree)?;
    findings.extend(looks.names);
    parts::check(tree, &registry, &agents, &looks.imported, &mut findings)?;
    secrets::check(tree, &registry, access, &looks.hosts, &mut findings)?;
    machines::check(tree, &registry, looks.hosts, &mut findings)?;
    Ok(sorted(findings))
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| (&a.at, &a.message).cmp(&(&b.at, &b.message)));
    findings.dedup();
    findings
}

impl Finding {
    fn error(at: Location, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { severity: Severity::Error, at: at.or_start(), message: message.into(), mend: mend.into() }
    }

    fn warning(at: Location, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, at: at.or_start(), message: message.into(), mend: mend.into() }
    }

    /// The finding that an error is which names its place; any other error stays one.
    fn of(error: Error) -> Result<Self> {
        let hint = error.hint().unwrap_or_else(|| "mend what it says there".into());
        match error {
            Error::Malformed { at, message } => Ok(Self::error(at, message, hint)),
            Error::NoPlace { at, found, .. } => Ok(Self::error(at, found, hint)),
            other => Err(other),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}
