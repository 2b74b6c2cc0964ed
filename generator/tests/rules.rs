//! The builtin evaluator against Nix itself, file by file: every secrets.nix in `tests/rules`, and a thousand random
//! ones.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may panic, and says what it skips"
)]

mod random;
mod real_nix;

use std::{
    fs,
    path::{Path, PathBuf},
};

use generator::{
    nix::eval::{Disk, ErrorKind},
    secrets::rules::{self, Engine, Rule, RulesError},
};
use pretty_assertions::assert_eq;
use real_nix::RealNix;
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

/// The Nix files that lie directly in a folder of fixtures, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the fixtures are readable").map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "nix")).collect();
    files.sort();
    files
}

fn evaluate(path: &Path) -> Result<Vec<Rule>, RulesError> {
    rules::evaluate(path, &Disk::new(&folder()).expect("the folder of fixtures is there"))
}

fn is_beyond(error: &RulesError) -> bool {
    matches!(error, RulesError::Eval { error, .. } if matches!(error.kind, ErrorKind::Beyond { .. }))
}

fn as_json(rules: &[Rule]) -> Value {
    rules
        .iter()
        .map(|rule| json!({ "name": rule.path, "publicKeys": rule.raw, "armor": rule.armor }))
        .collect()
}

/// What Nix makes of a file, without `FILE`, in the form of [`as_json`]. Written apart from what the library asks.
fn question(path: &Path) -> String {
    format!(
        "let rules = import {}; in map (name: {{ inherit name; inherit (rules.${{name}}) publicKeys; \
         armor = rules.${{name}}.armor or false; }}) (builtins.attrNames rules)",
        path.display()
    )
}

/// The same, each rule evaluated by itself with `FILE` set to its name.
fn one_by_one(nix: &RealNix, path: &Path) -> Value {
    use rules::Fallback;
    let names = nix.eval(&format!("builtins.attrNames (import {})", path.display())).expect("Nix has names");
    let names = names.as_array().expect("names are a list").iter().map(|name| name.as_str().unwrap());
    names
        .map(|name| {
            let question = format!(
                "let rule = (import {}).\"{name}\"; in {{ name = \"{name}\"; inherit (rule) publicKeys; \
                 armor = rule.armor or false; }}",
                path.display()
            );
            nix.eval_json(&question, Some(name)).expect("Nix has the rule")
        })
        .collect()
}

#[test]
fn every_fixture_evaluates_to_what_nix_says() {
    let fixtures = files(&folder());
    assert!(fixtures.len() >= 45, "{} fixtures", fixtures.len());
    let mine: Vec<Value> = fixtures
        .iter()
        .map(|path| as_json(&evaluate(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
        .collect();
    let beyond = files(&folder().join("beyond")).len();
    let all = fixtures.len() + beyond;
    println!("beyond the builtin evaluator: {beyond} of {all} files ({} %)", beyond * 100 / all);
    assert!(beyond * 20 <= all, "more than 5 % of the files are beyond the builtin evaluator");

    let Some(nix) = RealNix::find() else { return };
    let (by_file, together): (Vec<_>, Vec<_>) =
        fixtures.iter().zip(mine).partition(|(path, _)| fs::read_to_string(path).unwrap().contains("getEnv"));
    for (path, mine) in &by_file {
        assert_eq!(*mine, one_by_one(&nix, path), "{}", path.display());
    }
    let questions: Vec<String> = together.iter().map(|(path, _)| format!("({})", question(path))).collect();
    let real = nix.eval(&format!("[ {} ]", questions.join(" "))).expect("Nix evaluates every fixture");
    for ((path, mine), real) in together.iter().zip(real.as_array().unwrap()) {
        assert_eq!(mine, real, "{}", path.display());
    }
}

#[test]
fn what_fails_fails_in_nix_too() {
    let nix = RealNix::find();
    for path in files(&folder().join("fails")) {
        let error = evaluate(&path).expect_err("this fixture fails");
        assert!(!is_beyond(&error), "{}: {error}", path.display());
        if let Some(nix) = &nix {
            nix.eval(&question(&path)).expect_err(&format!("{} fails in Nix", path.display()));
        }
    }
}

#[test]
fn what_is_beyond_is_said_to_be_and_left_to_nix() {
    let nix = RealNix::find();
    for path in files(&folder().join("beyond")) {
        let error = evaluate(&path).expect_err("this fixture is beyond");
        assert!(is_beyond(&error), "{}: {error}", path.display());
        assert!(error.to_string().contains("install Nix"), "{error}");
        let Some(nix) = &nix else { continue };
        let disk = Disk::new(&folder()).unwrap();
        // Offline Nix has no nixpkgs and no downloads either; what it has, it has the same way.
        match (rules::evaluate_with(&path, &disk, Engine::Auto, Some(nix)), nix.eval(&question(&path))) {
            (Ok(rules), Ok(real)) => assert_eq!(as_json(&rules), real, "{}", path.display()),
            (Err(RulesError::Nix { .. }), Err(_)) => {}
            (mine, real) => panic!("{}: {mine:?}, and Nix: {real:?}", path.display()),
        }
    }
}

#[test]
fn nix_as_the_engine_answers_like_the_builtin_evaluator() {
    let Some(nix) = RealNix::find() else { return };
    let disk = Disk::new(&folder()).unwrap();
    for name in ["plain.nix", "armor.nix", "get-env-file-throws.nix", "without-age.nix", "empty.nix"] {
        let path = folder().join(name);
        let by_nix = rules::evaluate_with(&path, &disk, Engine::Nix, Some(&nix)).expect("Nix evaluates it");
        assert_eq!(as_json(&evaluate(&path).unwrap()), as_json(&by_nix), "{name}");
    }
}

#[test]
fn a_thousand_random_files_evaluate_to_what_nix_says() {
    let tree = tempfile::tempdir().expect("a temporary folder");
    let root = tree.path().canonicalize().unwrap();
    fs::write(root.join("key.pub"), "ssh-ed25519 AAAAmadeup someone\n").unwrap();
    fs::write(
        root.join("keys.nix"),
        "{ alice = \"ssh-ed25519 AAAAalice\"; bob = \"ssh-ed25519 AAAAbob\"; }\n",
    )
    .unwrap();
    let disk = Disk::new(&root).unwrap();
    let mut mine = Vec::new();
    for seed in 0..1000 {
        let path = root.join(format!("rules-{seed}.nix"));
        let text = random::rules_file(seed);
        fs::write(&path, &text).unwrap();
        let rules = rules::evaluate(&path, &disk).unwrap_or_else(|error| panic!("{error}\n{text}"));
        mine.push((path, text, as_json(&rules)));
    }
    let Some(nix) = RealNix::find() else { return };
    for batch in mine.chunks(100) {
        let questions: Vec<String> = batch.iter().map(|(path, ..)| format!("({})", question(path))).collect();
        let real =
            nix.eval(&format!("[ {} ]", questions.join(" "))).unwrap_or_else(|error| panic!("{error}"));
        for ((_, text, mine), real) in batch.iter().zip(real.as_array().unwrap()) {
            assert_eq!(mine, real, "{text}");
        }
    }
}
