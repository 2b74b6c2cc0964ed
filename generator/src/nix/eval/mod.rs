//! Evaluates the pure part of Nix that files of data use, and knows where that part ends.
//!
//! Its one promise: what it has a value for, Nix has the same value for. Whatever differs between versions of Nix,
//! reads anything but the files of the tree, or isn't certain, is refused as beyond it. Nix's own sources (`eval.cc`,
//! `primops.cc`, `parser.y`, `lexer.l` of 2.8, and what changed since) say what is right.

mod builtins;
mod compare;
mod compile;
mod error;
mod expr;
mod files;
mod heap;
mod machine;
mod operators;
mod paths;
mod run;
mod scope;
mod source;
mod strings;
mod value;

use std::{collections::BTreeMap, fmt, panic::resume_unwind, path::Path, thread};

use crate::nix::guard::Position;

pub use error::{ErrorKind, EvalError, Location};
pub(crate) use error::{Fallible, Fault};
pub use files::{Disk, FileType, Files, Overlay};
pub(crate) use machine::Machine;
pub(crate) use value::{Attr, Attrs, Val};
pub use value::{Attribute, Value};

/// What one evaluation may take, so that each one ends soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Expressions evaluated, and elements that builtins look at.
    pub steps: u64,
    /// Evaluations within evaluations.
    pub depth: u32,
    /// Values, attributes and elements made; sixteen bytes of text count as one.
    pub elements: usize,
}

impl Default for Limits {
    /// Far above what 5,000 rules take; about a second, and 200 MB, at the most.
    fn default() -> Self {
        Self { steps: 5_000_000, depth: 20_000, elements: 4_000_000 }
    }
}

/// What a file is evaluated in.
#[derive(Clone)]
pub struct Env<'a> {
    /// The files that it may read.
    pub files: &'a dyn Files,
    /// What `builtins.getEnv` knows. Any other variable is beyond this evaluator: Nix would see the real one.
    pub variables: BTreeMap<String, String>,
    /// What it may take.
    pub limits: Limits,
}

impl<'a> Env<'a> {
    /// Without variables, with the default limits.
    #[must_use]
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, variables: BTreeMap::new(), limits: Limits::default() }
    }
}

impl fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("variables", &self.variables)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Evaluates a file completely, as `nix-instantiate --eval --strict` does. The path must be absolute.
pub fn eval_file(path: &Path, env: &Env<'_>) -> Result<Value, EvalError> {
    on_a_stack(path, || {
        let mut machine = Machine::new(env.files, env.variables.clone(), env.limits);
        let value = machine.load(path)?;
        machine.complete(&value)
    })
}

/// Three times what the default [`Limits::depth`] takes in a build without optimization.
const STACK: usize = 128 << 20;

/// Runs an evaluation where the limit on depth comes before the end of the stack.
pub(crate) fn on_a_stack<T: Send>(
    path: &Path,
    work: impl FnOnce() -> Fallible<T> + Send,
) -> Result<T, EvalError> {
    thread::scope(|scope| {
        let run = || work().map_err(|fault| *fault.error);
        match thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run) {
            Ok(worker) => worker.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => {
                let location = Location { file: path.to_owned(), position: Position { line: 1, column: 1 } };
                Err(EvalError { kind: ErrorKind::Limit { what: "no thread can be started" }, location })
            }
        }
    })
}
