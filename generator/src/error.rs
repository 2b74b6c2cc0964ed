//! What can go wrong in the library: what, where, and why. What to run next is the commands' to say.

use std::{fmt, io, path::PathBuf};

use crate::{
    nix::guard::{self, Lines, Position},
    path::TreePath,
    secrets::rules::RulesError,
};

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// A place in a file of the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file.
    pub path: TreePath,
    /// Where in it; nothing when the whole file is meant.
    pub position: Option<Position>,
}

/// What failed, where and why.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system said no.
    #[error("can't {doing} {}", path.display())]
    Io {
        /// What was tried: `read`, `rename`, …
        doing: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is not what its kind must be: a syntax error, a wrong setting, text that isn't UTF-8.
    #[error("{at}: {message}")]
    Malformed {
        /// Where.
        at: Location,
        /// What is wrong there.
        message: String,
    },
    /// The place of an edit can't be found for certain.
    #[error("{at}: {found}")]
    NoPlace {
        /// The file, and the line as far as it was found.
        at: Location,
        /// What was looked for, and what is there instead.
        found: String,
        /// What to do by hand.
        by_hand: String,
    },
    /// What was asked doesn't go with what the tree has.
    #[error("{message}")]
    Conflict {
        /// What is in the way.
        message: String,
        /// How to go on.
        hint: String,
    },
    /// An edit did not do what it was meant to do; nothing was written.
    #[error("{path}: the edit was not what it should be: {message}")]
    Unverified {
        /// The file that was edited, in memory.
        path: TreePath,
        /// How it differs from what was meant.
        message: String,
    },
    /// The rules of the secrets can't be evaluated.
    #[error("{0}")]
    Rules(RulesError),
    /// A secret can't be sealed or opened.
    #[error("{what}: {message}")]
    Secret {
        /// The secret, the rule or the key.
        what: String,
        /// Why.
        message: String,
    },
    /// Secrets can't be sealed anew, so that none was.
    #[error("{}", lines(.0))]
    Rekey(Vec<Error>),
    /// Secrets would be sealed so that none of the keys at hand opens them.
    #[error("no key at hand could open these secrets afterwards:\n  {}", secrets.join("\n  "))]
    LockOut {
        /// The secrets, each with who could.
        secrets: Vec<String>,
    },
    /// The tree changed between reading and writing.
    #[error("{path} has changed since it was read; nothing was written")]
    Stale {
        /// The file that changed.
        path: TreePath,
    },
    /// Another command is changing this tree.
    #[error("another command is changing this tree{}", holder.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Locked {
        /// The process that holds the lock, where the system tells.
        holder: Option<u32>,
    },
}

impl Error {
    /// Wraps what the system said about `path`; for use with `map_err`.
    pub fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }

    /// What a person can do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoPlace { by_hand: hint, .. } | Self::Conflict { hint, .. } => Some(hint.clone()),
            Self::Rekey(_) => Some(
                "nothing was written; mend what is named: a damaged file comes back by `git restore FILE`, a key that \
                 opens one is named by `--identity FILE`"
                    .into(),
            ),
            Self::LockOut { .. } => Some(
                "nothing was written; put your own key among their recipients, name another key by `--identity \
                 FILE`, or add `--force`"
                    .into(),
            ),
            Self::Stale { .. } => Some("run the command again".into()),
            Self::Unverified { .. } => Some(
                "nothing was written; this is a bug in the editor: please report it with the file".into(),
            ),
            Self::Locked { .. } => Some("wait until it is done, or pass `--wait`".into()),
            Self::Io { .. } | Self::Malformed { .. } | Self::Rules(_) | Self::Secret { .. } => None,
        }
    }
}

impl Location {
    /// The whole file.
    #[must_use]
    pub fn file(path: &TreePath) -> Self {
        Self { path: path.clone(), position: None }
    }

    /// This place; the start of the file when the whole of it is meant.
    #[must_use]
    pub fn or_start(mut self) -> Self {
        self.position.get_or_insert(Position { line: 1, column: 1 });
        self
    }

    /// A byte offset of the file's text. For many of one text there is [`Location::in_lines`].
    #[must_use]
    pub fn offset(path: &TreePath, text: &str, offset: usize) -> Self {
        Self { path: path.clone(), position: Some(guard::position(text, offset)) }
    }

    /// A byte offset of the file's text, which has these lines.
    #[must_use]
    pub fn in_lines(path: &TreePath, text: &str, lines: &Lines, offset: usize) -> Self {
        Self { path: path.clone(), position: Some(lines.position(text, offset)) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(Position { line, column }) => write!(f, "{}:{line}:{column}", self.path),
            None => self.path.fmt(f),
        }
    }
}

fn lines(errors: &[Error]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
