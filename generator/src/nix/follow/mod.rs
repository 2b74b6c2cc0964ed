//! Following what an expression comes to, as far as syntax tells.
//!
//! [`find`](super::find) reads what one file writes out. This goes further, for what people compute: through
//! names, `let`, `with`, `//`, selections, functions written out and applied, and `import`s of other files of
//! the tree. Nothing is guessed: what a parameter without a known argument is, or what a function of nixpkgs
//! does, stays as it stands, for the caller to look at.

mod call;
mod computed;
mod files;
mod items;
mod itself;
mod memory;
mod names;
mod sets;
mod text;
mod truth;
mod turns;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use rnix::{
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, Expr, Lambda},
};
use rowan::ast::AstNode;

use super::file::NixFile;
use crate::{error::Location, path::TreePath};

pub use self::call::{
    Call, application, called, concatenation, conditional, default, last_name, update, without_parentheses,
};
use call::entered;
pub use files::{DirEntry, Files};
pub use itself::is_hidden;
use memory::Memory;
pub use sets::updated;

/// An expression where it stands, and what the parameters around it are known to be.
#[derive(Debug, Clone)]
pub struct Term {
    /// The file that it stands in.
    pub file: Rc<NixFile>,
    /// The expression.
    pub expr: Expr,
    scope: Option<Rc<Frame>>,
}

/// What an expression comes to: another one, or a text that no file writes.
#[derive(Debug, Clone)]
pub enum Value {
    /// An expression, of which nothing more is known.
    Term(Term),
    /// A string.
    Text(String),
    /// A function and what it is applied to, which no file writes next to each other.
    Applied(Rc<(Value, Value)>),
}

#[derive(Debug)]
struct Frame {
    file: Rc<NixFile>,
    lambda: SyntaxNode,
    argument: Value,
    outer: Option<Rc<Frame>>,
}

/// What a set has at an attribute path.
#[derive(Debug, Clone, Default)]
pub struct Bound {
    /// What the path is bound to.
    pub values: Vec<Value>,
    /// The same, each as it is written there.
    pub written: Vec<Value>,
    /// The bindings that go on below it, `path.key = …;`, in terms of the set that they stand in.
    pub dotted: Vec<(Term, AttrpathValue)>,
    /// What might bind it, if one could read it.
    pub unreadable: Vec<Term>,
}

/// Follows expressions through the files of a tree.
pub struct Follower<'a> {
    files: &'a dyn Files,
    flake: TreePath,
    parsed: RefCell<BTreeMap<TreePath, Option<Rc<NixFile>>>>,
    steps: Cell<usize>,
    depth: Cell<usize>,
    extended: Cell<usize>,
    given: RefCell<BTreeMap<String, Value>>,
    memory: Memory,
}

/// How many steps are made in all, and how deep they nest: what takes more stays unread.
const STEPS: usize = 250_000;
const DEPTH: usize = 96;

/// How deep sets that are extended by what they come to are looked into, each of which may be asked for all of it.
const EXTENDED: usize = 4;

impl Term {
    /// The same surroundings, another expression in them.
    #[must_use]
    pub fn with(&self, expr: Expr) -> Self {
        Self { expr, ..self.clone() }
    }

    /// The expressions in it, in the same surroundings, itself the first.
    pub fn within(self) -> impl Iterator<Item = Self> {
        self.expr.syntax().descendants().filter_map(Expr::cast).map(move |expr| self.with(expr))
    }

    /// The bodies of the functions that were applied on the way here, the innermost first, and of those that made
    /// what these are applied to.
    #[must_use]
    pub fn bodies(&self) -> Vec<Self> {
        let frames = std::iter::successors(self.scope.clone(), |frame| frame.outer.clone());
        let bodies = frames.into_iter().flat_map(|frame| {
            let body = Lambda::cast(frame.lambda.clone()).and_then(|lambda| lambda.body());
            let others = frame.argument.term().map(Self::bodies).unwrap_or_default();
            let file = Rc::clone(&frame.file);
            body.map(|expr| Self { file, expr, scope: Some(frame) }).into_iter().chain(others)
        });
        bodies.collect()
    }

    /// Whether it is the same expression, and the parameters around it are known to be the same.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let is_same = match (&self.scope, &other.scope) {
            (Some(scope), Some(other)) => Rc::ptr_eq(scope, other),
            (scope, other) => scope.is_none() && other.is_none(),
        };
        is_same && self.expr == other.expr && self.file.path() == other.file.path()
    }

    /// Where it stands.
    #[must_use]
    pub fn location(&self) -> Location {
        self.file.location(self.expr.syntax())
    }
}

impl Value {
    /// What `function` gives for `argument`, which is not looked at yet.
    #[must_use]
    pub fn applied(function: Self, argument: Self) -> Self {
        Self::Applied(Rc::new((function, argument)))
    }

    /// The expression, if it is one.
    #[must_use]
    pub fn term(&self) -> Option<&Term> {
        match self {
            Self::Term(term) => Some(term),
            Self::Text(_) | Self::Applied(_) => None,
        }
    }

    /// The expression, or the function that is applied.
    #[must_use]
    pub fn innermost(&self) -> Option<Term> {
        match self {
            Self::Term(term) => Some(term.clone()),
            Self::Applied(parts) => parts.0.innermost(),
            Self::Text(_) => None,
        }
    }

    /// The set, if it is one.
    #[must_use]
    pub fn set(&self) -> Option<(&Term, &AttrSet)> {
        match self.term() {
            Some(term) => match &term.expr {
                Expr::AttrSet(set) => Some((term, set)),
                _ => None,
            },
            None => None,
        }
    }
}

impl Bound {
    /// Whether the path is bound for certain.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        !(self.values.is_empty() && self.dotted.is_empty())
    }

    fn push(&mut self, value: Value, written: Value) {
        self.values.push(value);
        self.written.push(written);
    }

    fn extend(&mut self, others: Self) {
        self.values.extend(others.values);
        self.written.extend(others.written);
        self.dotted.extend(others.dotted);
        self.unreadable.extend(others.unreadable);
    }
}

impl<'a> Follower<'a> {
    /// A follower that reads from `files`, of which `flake` is the one that `self` means.
    #[must_use]
    pub fn new(files: &'a dyn Files, flake: &TreePath) -> Self {
        Self {
            files,
            flake: flake.clone(),
            parsed: RefCell::default(),
            steps: Cell::new(0),
            depth: Cell::new(0),
            extended: Cell::new(0),
            given: RefCell::default(),
            memory: Memory::default(),
        }
    }

    /// The file of the flake.
    #[must_use]
    pub fn flake(&self) -> &TreePath {
        &self.flake
    }

    /// The Nix files below a folder that have `word` in them.
    #[must_use]
    pub fn files_with_word(&self, folder: &TreePath, word: &str) -> Vec<TreePath> {
        self.files.with_word(folder, word)
    }

    /// What is in a folder, sorted by name.
    #[must_use]
    pub fn entries(&self, folder: &TreePath) -> Vec<DirEntry> {
        self.files.entries(folder)
    }

    /// Whether a file or a folder is at `path`.
    #[must_use]
    pub fn is_there(&self, path: &TreePath) -> bool {
        self.files.is_file(path) || self.files.is_folder(path)
    }

    /// The value of a file, or of the `default.nix` of a folder.
    #[must_use]
    pub fn file(&self, path: &TreePath) -> Option<Value> {
        let path = if self.files.is_file(path) { path.clone() } else { path.join("default.nix") };
        let cached = self.parsed.borrow().get(&path).cloned();
        let file = cached.unwrap_or_else(|| {
            let file = self.files.nix(&path).map(Rc::new);
            self.parsed.borrow_mut().insert(path.clone(), file.clone());
            file
        })?;
        let expr = file.value()?;
        Some(Value::Term(Term { file, expr, scope: None }))
    }

    /// The value of a file that isn't in the tree, as if it lay in its root.
    #[must_use]
    pub fn beside(&self, name: &'static str, text: &str) -> Option<Value> {
        let file = NixFile::parse(&TreePath::new(name).ok()?, text.to_owned()).ok()?;
        let (file, expr) = (Rc::new(file.clone()), file.value()?);
        Some(Value::Term(Term { file, expr, scope: None }))
    }

    /// What `value` comes to, until nothing more can be told: a set, a list, a function, an unread call, ….
    #[must_use]
    pub fn reduce(&self, value: &Value) -> Value {
        self.reduced(value, || {
            let mut value = value.clone();
            while let Some(next) = self.next(&value) {
                value = next;
            }
            value
        })
    }

    /// What `value` comes to in one step; nothing when no more can be told.
    #[must_use]
    pub fn next(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Term(term) => self.deeper(|| self.step(term)),
            Value::Applied(parts) => {
                self.deeper(|| self.turned(value).or_else(|| self.applied(&parts.0, &parts.1)))
            }
            Value::Text(_) => None,
        }
    }

    /// What `function` gives for `argument`, where it is written out.
    #[must_use]
    pub fn apply(&self, function: &Value, argument: Value) -> Option<Value> {
        let Value::Term(term) = self.reduce(function) else { return None };
        entered(&term, argument)
    }

    /// What stands in `value` behind its parameters, whatever they are.
    #[must_use]
    pub fn body(&self, value: &Value) -> Value {
        let mut value = self.reduce(value);
        while let Value::Term(term) = &value {
            let Expr::Lambda(lambda) = &term.expr else { break };
            let Some(body) = lambda.body() else { break };
            value = self.reduce(&Value::Term(term.with(body)));
        }
        value
    }

    fn deeper<T>(&self, work: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.depth.get() >= DEPTH || self.steps.get() >= STEPS {
            self.memory.stop();
            return None;
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let outcome = work();
        self.depth.set(self.depth.get() - 1);
        outcome
    }

    fn in_extended<T>(&self, work: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.extended.get() >= EXTENDED {
            self.memory.stop();
            return None;
        }
        self.extended.set(self.extended.get() + 1);
        let outcome = work();
        self.extended.set(self.extended.get() - 1);
        outcome
    }

    fn step(&self, term: &Term) -> Option<Value> {
        let inner = |expr: Option<Expr>| Some(Value::Term(term.with(expr?)));
        match &term.expr {
            Expr::Paren(it) => inner(it.expr()),
            Expr::Root(it) => inner(it.expr()),
            Expr::LetIn(it) => inner(it.body()),
            Expr::With(it) => inner(it.body()),
            Expr::Assert(it) => inner(it.body()),
            Expr::Ident(it) => self.name(it.ident_token()?.text(), it.syntax(), term),
            Expr::IfElse(it) => {
                // What throws is no value: where there is one it is the other.
                let holds = self.truth(&inner(it.condition())?).or_else(|| {
                    match (throws(it.body()), throws(it.else_body())) {
                        (true, false) => Some(false),
                        (false, true) => Some(true),
                        _ => None,
                    }
                })?;
                inner(if holds { it.body() } else { it.else_body() })
            }
            Expr::Select(it) => {
                let base = self.reduce(&inner(it.expr())?);
                let keys = it.attrpath()?.attrs().map(|attr| self.attribute(term, &attr));
                let keys: Vec<String> = keys.collect::<Option<_>>()?;
                let path: Vec<&str> = keys.iter().map(String::as_str).collect();
                if let Some(output) = self.output(&base, &path) {
                    return Some(output);
                }
                let bound = self.lookup(&base, &path);
                match bound.values.as_slice() {
                    [only] => Some(only.clone()),
                    [] if bound.dotted.is_empty() && bound.unreadable.is_empty() => inner(it.default_expr()),
                    _ => None,
                }
            }
            Expr::Apply(_) | Expr::BinOp(_) => {
                let value = Value::Term(term.clone());
                self.turned(&value).or_else(|| {
                    let (function, argument) = application(&value)?;
                    self.applied(&function, &argument)
                })
            }
            _ => None,
        }
    }
}

impl std::fmt::Debug for Follower<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("steps", &self.steps).finish_non_exhaustive()
    }
}

/// Whether an expression is a call of `throw` or `abort`.
fn throws(expr: Option<Expr>) -> bool {
    match expr {
        Some(Expr::Paren(it)) => throws(it.expr()),
        Some(Expr::Apply(it)) => {
            let name = it.lambda().and_then(|function| last_name(&function));
            matches!(name.as_deref(), Some("throw" | "abort"))
        }
        _ => false,
    }
}
