//! The evaluator, expression by expression: what each evaluates to, and that Nix has the same.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may panic, and says what it skips"
)]

mod builtins;
mod files;
#[path = "../real_nix/mod.rs"]
mod real_nix;
mod scopes;
mod sets;
mod strings;
mod syntax;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    thread,
};

use generator::nix::eval::{Disk, Env, ErrorKind, Overlay, Value, eval_file};
use real_nix::RealNix;
use serde_json::Value as Json;

/// An expression, and its value as JSON (the folder of the file is `ROOT`), or one of these.
type Case = (&'static str, &'static str);

/// It has no value, for Nix either.
const FAILS: &str = "fails";
/// It is left to Nix, whatever Nix makes of it.
const BEYOND: &str = "beyond";
/// It takes too much.
const LIMIT: &str = "limit";

#[test]
fn syntax_and_operators() {
    check(syntax::CASES);
}

#[test]
fn variables_and_functions() {
    check(scopes::CASES);
}

#[test]
fn sets_and_their_merging() {
    check(sets::CASES);
}

#[test]
fn strings_and_their_indentation() {
    check(strings::CASES);
}

#[test]
fn builtin_functions() {
    check(builtins::CASES);
}

#[test]
fn files_and_paths() {
    check(files::CASES);
}

/// Halves of the expressions above, put together at random: whatever it is, it has an answer.
#[test]
fn nothing_panics() {
    let tree = Tree::new();
    let groups = [syntax::CASES, scopes::CASES, sets::CASES, strings::CASES, builtins::CASES, files::CASES];
    let all: Vec<Vec<char>> =
        groups.concat().iter().map(|(expression, _)| expression.chars().collect()).collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % bound
    };
    for _ in 0..3000 {
        let mut text = String::new();
        for _ in 0..2 {
            let part = all.get(below(all.len())).unwrap();
            let (start, end) = (below(part.len() + 1), below(part.len() + 1));
            text.extend(part.get(start.min(end)..start.max(end)).unwrap());
        }
        tree.evaluate(&text);
    }
}

/// Evaluates each expression, compares with what is expected, and that with Nix.
fn check(cases: &[Case]) {
    let tree = Tree::new();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(expression, expected)| {
            let (outcome, detail) = tree.evaluate(expression);
            let same = match (*expected, &outcome) {
                (FAILS | BEYOND | LIMIT, Outcome::None(kind)) => expected == kind,
                (FAILS | BEYOND | LIMIT, Outcome::Value(_)) | (_, Outcome::None(_)) => false,
                (expected, Outcome::Value(value)) => *value == tree.expected(expected),
            };
            (!same).then(|| format!("{expression}\n  expected {expected}\n  found {outcome:?} {detail}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if let Some(nix) = RealNix::find() {
        tree.compare(&nix, cases);
    }
}

/// What the evaluator says.
#[derive(Debug)]
enum Outcome {
    Value(Json),
    None(&'static str),
}

/// A folder with the files that the expressions name.
struct Tree {
    folder: tempfile::TempDir,
    root: PathBuf,
}

impl Tree {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it has a path");
        for name in ["dir", "sub", "links"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let files: [(&str, &[u8]); 13] = [
            ("key.pub", b"ssh-ed25519 AAAA\n"),
            ("sub/x.pub", b"ssh-ed25519 AAAA\n"),
            ("sub/up.nix", b"import ../lib.nix\n"),
            ("sub/default.nix", b"builtins.baseNameOf ./.\n"),
            ("dir/default.nix", b"5\n"),
            ("lib.nix", b"{ x = 1; }\n"),
            ("fn.nix", b"{ a }: { r = a; }\n"),
            ("bad.nix", b"{ a = }\n"),
            ("undef.nix", b"{ a = b; }\n"),
            ("self.nix", b"import ./self.nix\n"),
            ("lazyself.nix", b"{ x = 1; y = (import ./lazyself.nix).x; }\n"),
            ("empty.nix", b""),
            ("latin1.nix", b"\"\xe9\""),
        ];
        for (name, content) in files {
            fs::write(root.join(name), content).unwrap();
        }
        let links = [
            ("link.nix", "lib.nix"),
            ("link.pub", "key.pub"),
            ("linkdir", "sub"),
            ("links/k", "../key.pub"),
            ("links/dangling", "nowhere"),
        ];
        for (name, target) in links {
            symlink(target, root.join(name)).unwrap();
        }
        Self { folder, root }
    }

    fn evaluate(&self, expression: &str) -> (Outcome, String) {
        let disk = Disk::new(&self.root).unwrap();
        let path = self.root.join("expression.nix");
        let files = Overlay::new(&disk, BTreeMap::from([(path.clone(), expression.as_bytes().to_vec())]));
        match eval_file(&path, &Env::new(&files)) {
            Ok(value) => (Outcome::Value(as_json(&value)), String::new()),
            Err(error) => {
                let kind = match error.kind {
                    ErrorKind::Beyond { .. } => BEYOND,
                    ErrorKind::Syntax { .. } | ErrorKind::Failed { .. } => FAILS,
                    ErrorKind::Limit { .. } => LIMIT,
                };
                (Outcome::None(kind), error.to_string())
            }
        }
    }

    fn expected(&self, json: &str) -> Json {
        let json = json.replace("ROOT", self.root.to_str().unwrap());
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    /// Holds what is expected against Nix: all values in one call, each failure in one of its own.
    fn compare(&self, nix: &RealNix, cases: &[Case]) {
        let is_value = |case: &&Case| ![FAILS, BEYOND, LIMIT].contains(&case.1);
        let values: Vec<&Case> = cases.iter().filter(is_value).collect();
        let paths: Vec<String> = values
            .iter()
            .zip(0..)
            .map(|((expression, _), number)| format!("(import {})", self.write(number, expression).display()))
            .collect();
        let real = nix.eval(&format!("[ {} ]", paths.join(" "))).expect("Nix has all these values");
        for ((expression, expected), real) in values.iter().zip(real.as_array().unwrap()) {
            assert_eq!(self.expected(expected), *real, "{expression}");
        }
        let failing: Vec<&Case> = cases.iter().filter(|case| case.1 == FAILS).collect();
        let half = failing.len().div_ceil(2).max(1);
        thread::scope(|scope| {
            for (batch, part) in failing.chunks(half).enumerate() {
                scope.spawn(move || {
                    for ((expression, _), number) in part.iter().zip(10_000 * (batch + 1)..) {
                        let path = self.write(number, expression);
                        let real = nix.eval(&format!("import {}", path.display()));
                        assert!(real.is_err(), "{expression}: Nix says {real:?}");
                    }
                });
            }
        });
    }

    fn write(&self, number: usize, expression: &str) -> PathBuf {
        let path: &Path = self.folder.path();
        let path = path.canonicalize().unwrap().join(format!("expression-{number}.nix"));
        fs::write(&path, expression).unwrap();
        path
    }
}

/// As Nix prints it: a float without a fraction has no dot.
fn as_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        #[expect(clippy::cast_possible_truncation, reason = "the floats of these tests are small")]
        Value::Float(value) if value.fract() == 0.0 => (*value as i64).into(),
        Value::Float(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
        // Nix copies it to the store, so that no case expects one.
        Value::Path(path) => format!("the path {}", path.display()).into(),
        Value::List(items) => items.iter().map(as_json).collect(),
        Value::Attrs(attrs) => {
            Json::Object(attrs.iter().map(|(name, attr)| (name.clone(), as_json(&attr.value))).collect())
        }
    }
}
