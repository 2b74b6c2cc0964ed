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
mod reach;
mod run;
mod scope;
mod source;
mod strings;
mod value;

use std::{collections::BTreeMap, fmt, panic::resume_unwind, path::Path, thread};

use crate::nix::guard::Position;

pub(crate) use builtins::PLAIN;
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
    /// Far above what 5,000 rules take; about a second, and half a gigabyte, at the most.
    fn default() -> Self {
        Self { steps: 5_000_000, depth: 20_000, elements: 8_000_000 }
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
        let worker = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).map_err(|_| {
            let location = Location { file: path.to_owned(), position: Position { line: 1, column: 1 } };
            EvalError { kind: ErrorKind::Limit { what: "no thread can be started" }, location }
        })?;
        worker.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// Evaluates a text that is the file `main.nix` of an empty folder.
    fn eval(text: &str, limits: Limits) -> Result<Value, EvalError> {
        let folder = TempDir::new().expect("a temporary folder");
        let path = folder.path().canonicalize().unwrap().join("main.nix");
        let disk = Disk::new(folder.path()).unwrap();
        let files = Overlay::new(&disk, BTreeMap::from([(path.clone(), text.as_bytes().to_vec())]));
        eval_file(&path, &Env { limits, ..Env::new(&files) })
    }

    /// Checks what the error says, without the folder.
    fn check_error(text: &str, expected: &str) {
        let error = eval(text, Limits::default()).expect_err("this fails").to_string();
        let (_, error) = error.split_once("main.nix:").expect("it names the file");
        assert_eq!(error, expected);
    }

    #[test]
    fn an_error_says_where_and_what() {
        check_error("{ a = 1;\n  b = c; }", "2:7: undefined variable 'c'");
        check_error("{\n  \"é\" = nobody;\n}", "2:9: undefined variable 'nobody'");
        check_error("{ a = 1; b = 2;\n  a = 3; }", "2:3: attribute 'a' is already defined in line 1");
        check_error("{ x }: x", "1:1: a function is no data");
        check_error("let s = { }; in s.a", "1:17: attribute 'a' missing");
        check_error("[ 1 ] ++ 2", "1:1: value is an integer while a list was expected");
        check_error("let x = x; in x", "1:9: infinite recursion encountered");
        check_error("throw \"no key yet\"", "1:1: no key yet");
        check_error("{ a = [ }", "1:9: unexpected }");
        check_error("{ a = 1 }", "1:9: syntax error, unexpected `}`");
        check_error("(1 + ", "1:6: the file ends inside a bracket or string");
        check_error("1 +", "1:4: syntax error, unexpected end of file");
    }

    #[test]
    fn what_is_beyond_is_named() {
        check_error("[ <nixpkgs> ]", "1:3: a path of NIX_PATH is more than can be evaluated without Nix");
        check_error("fetchTarball \"x\"", "1:1: `fetchTarball` is more than can be evaluated without Nix");
        check_error(
            "builtins.currentSystem",
            "1:1: `builtins.currentSystem` is more than can be evaluated without Nix",
        );
        check_error(
            "builtins.getEnv \"HOME\"",
            "1:1: the environment variable `HOME` is more than can be evaluated without Nix",
        );
        check_error(
            "\"${./a}\"",
            "1:4: a path in a string, which Nix copies to its store, is more than can be evaluated without Nix",
        );
    }

    #[test]
    fn a_variable_is_read_from_the_environment_given() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().canonicalize().unwrap().join("main.nix");
        std::fs::write(&path, "builtins.getEnv \"FILE\"").unwrap();
        let disk = Disk::new(folder.path()).unwrap();
        let variables = BTreeMap::from([("FILE".to_owned(), "a.age".to_owned())]);
        let value = eval_file(&path, &Env { variables, ..Env::new(&disk) });
        assert_eq!(value, Ok(Value::String("a.age".to_owned())));
    }

    #[test]
    fn attributes_know_where_they_are_defined() {
        let Ok(Value::Attrs(attrs)) = eval("{\n  a = 1;\n    b.c = 2; }", Limits::default()) else {
            panic!("a set")
        };
        let place = |name: &str| attrs[name].location.as_ref().map(|location| location.position);
        assert_eq!(place("a"), Some(Position { line: 2, column: 3 }));
        assert_eq!(place("b"), Some(Position { line: 3, column: 5 }));
    }

    /// Each of these nests as deep as the limit allows, by another way through the evaluator.
    #[test]
    fn nothing_overflows_the_stack() {
        for text in [
            "let f = x: f x; in f 1",
            "let f = x: 1 + f x; in f 1",
            "let f = x: \"${f x}\"; in f 1",
            "let f = x: builtins.foldl' (a: b: f b) 0 [ x ]; in f 1",
            "let f = x: builtins.concatMap f [ x ]; in f 1",
            "let f = x: builtins.sort (a: b: f a) [ x 1 ]; in f 1",
            "let f = { a, b ? f { inherit a; } }: b; in f { a = 1; }",
            "let f = x: with { a = f x; }; a; in f 1",
            "let f = x: let inherit (f x) y; in y; in f 1",
            "let f = x: { ${f x} = 1; }; in f 1",
            "let f = x: builtins.mapAttrs (n: v: f v) { a = x; }; in f 1",
            "let a = [ a ]; in a == a",
            "let a = [ a ]; in a < a",
            "let a = [ a ]; in toString a",
            "let a = [ a ]; in builtins.toJSON a",
            "let a = { b = a; }; in builtins.deepSeq a 1",
            "let a = { b = a; }; in a",
        ] {
            let error = eval(text, Limits::default()).expect_err("this never ends");
            assert_eq!(error.kind, ErrorKind::Limit { what: "it nests too deeply" }, "{text}");
        }
    }

    #[test]
    fn every_limit_ends_what_would_not_end_soon() {
        for (text, what) in [
            ("builtins.genList (x: x) 1000000000", "too many elements"),
            (
                "let f = n: if n == 0 then \"x\" else let s = f (n - 1); in s + s; in f 50",
                "too many elements",
            ),
            (
                "let f = n: if n == 0 then [ 1 ] else let l = f (n - 1); in l ++ l; in f 50",
                "too many elements",
            ),
            (
                "let a = [ 1 1 ]; b = [ a a ]; c = [ b b ]; f = n: x: if n == 0 then x else f (n - 1) [ x x ]; in f 30 c",
                "too many elements",
            ),
            (
                "builtins.foldl' (a: b: builtins.foldl' (c: d: c) 0 (builtins.genList (x: x) 1000)) 0 (builtins.genList (x: x) 1000000)",
                "too many elements",
            ),
        ] {
            let few = Limits { elements: 1_000_000, ..Limits::default() };
            let error = eval(text, few).expect_err("this takes too much");
            assert_eq!(error.kind, ErrorKind::Limit { what }, "{text}");
        }
        let few = Limits { steps: 100, ..Limits::default() };
        let error = eval("builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 1000)", few).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Limit { what: "too many steps" });
    }

    #[test]
    fn a_file_that_imports_itself_is_an_error() {
        check_error("import ./main.nix", "1:1: infinite recursion encountered");
    }
}
