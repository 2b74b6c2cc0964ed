//! Why an evaluation has no value.

use std::{fmt, path::PathBuf};

use crate::nix::guard::Position;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    /// The file.
    pub file: PathBuf,
    /// The place in it.
    pub position: Position,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.position.line, self.position.column)
    }
}

/// Why there is no value, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{location}: {kind}")]
pub struct EvalError {
    /// What the matter is.
    pub kind: ErrorKind,
    /// The innermost place that is known.
    pub location: Location,
}

/// What the matter is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// Nix may well have a value for this; this evaluator isn't sure to have the same.
    #[error("{construct} is more than can be evaluated without Nix")]
    Beyond {
        /// What it is, as a noun with its article.
        construct: String,
    },
    /// The parser finds the text to be no Nix. Nix's own accepts a few oddities more, such as `a/"b"` for a division.
    #[error("{message}")]
    Syntax {
        /// What is wrong.
        message: String,
    },
    /// Nix fails, too.
    #[error("{message}")]
    Failed {
        /// What is wrong.
        message: String,
    },
    /// It takes more than [`super::Limits`] allow.
    #[error("evaluation takes too much: {what}")]
    Limit {
        /// Which limit.
        what: &'static str,
    },
}

pub(crate) type Fallible<T> = Result<T, Fault>;

/// What evaluation fails with on the way. Small, since results are everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) error: Box<EvalError>,
    /// Whether `tryEval` catches it: what `throw` and `assert` raise, and nothing else.
    pub(super) thrown: bool,
}

impl Fault {
    pub(super) fn new(kind: ErrorKind, location: Location) -> Self {
        Self { error: Box::new(EvalError { kind, location }), thrown: false }
    }
}
