//! Rules, their errors, and when Nix is asked.

use std::{io, sync::Mutex};

use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;
use crate::nix::eval::{FileType, Overlay};

const FOLDER: &str = "/tree";

/// A disk without files.
struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn exists(&self, _: &Path) -> io::Result<bool> {
        Ok(false)
    }

    fn read_dir(&self, _: &Path) -> io::Result<BTreeMap<String, FileType>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn file_type(&self, _: &Path) -> io::Result<FileType> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// The same files, as if they were written.
struct Written<'a>(Overlay<'a>);

impl Files for Written<'_> {
    fn on_disk(&self) -> bool {
        true
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(path)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.0.exists(path)
    }

    fn read_dir(&self, path: &Path) -> io::Result<BTreeMap<String, FileType>> {
        self.0.read_dir(path)
    }

    fn file_type(&self, path: &Path) -> io::Result<FileType> {
        self.0.file_type(path)
    }
}

/// `secrets.nix` with a text, beside a few other files.
fn files(text: &str) -> Overlay<'static> {
    let file = |name: &str, text: &str| (Path::new(FOLDER).join(name), text.as_bytes().to_vec());
    let texts = [
        file("secrets.nix", text),
        file("keys.nix", "{\n  alice = \"ssh-ed25519 AAAAalice\";\n  broken = { };\n}\n"),
        file("alice.pub", "ssh-ed25519 AAAAalice\nssh-ed25519 AAAAold alice@attic\n"),
        file("asking.nix", "import ./lib/one.nix"),
        file("lib/one.nix", "1"),
        file("lib/two.nix", "builtins.getEnv \"FILE\""),
    ];
    Overlay::new(&Nothing, BTreeMap::from(texts))
}

/// Evaluates a text that is `secrets.nix`.
fn evaluate_text(
    text: &str,
    engine: Engine,
    fallback: Option<&dyn Fallback>,
) -> Result<Vec<Rule>, RulesError> {
    evaluate_with(&Path::new(FOLDER).join("secrets.nix"), &Written(files(text)), engine, fallback)
}

fn rules(text: &str) -> Vec<Rule> {
    evaluate_text(text, Engine::Builtin, None).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = evaluate_text(text, Engine::Builtin, None).expect_err("these are no rules");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn rules_come_in_the_order_of_nix_with_their_recipients_in_theirs() {
    let rules = rules("{ \"b.age\".publicKeys = [ \"z\" \"a\" \"z\" ]; \"B.age\".publicKeys = [ ]; }");
    let found: Vec<_> = rules.iter().map(|rule| (rule.path.as_str(), rule.recipients.join(" "))).collect();
    assert_eq!(found, [("B.age", String::new()), ("b.age", "z a z".to_owned())]);
}

#[test]
fn every_line_of_a_key_is_a_recipient() {
    let rules = rules("{ \"a.age\".publicKeys = [ (builtins.readFile ./alice.pub) \" b\\n\" \"\\n\" ]; }");
    let [rule] = rules.as_slice() else { panic!("one rule") };
    assert_eq!(rule.recipients, ["ssh-ed25519 AAAAalice", "ssh-ed25519 AAAAold alice@attic", "b"]);
    assert_eq!(rule.raw, ["ssh-ed25519 AAAAalice\nssh-ed25519 AAAAold alice@attic\n", " b\n", "\n"]);
}

#[test]
fn a_rule_and_its_keys_know_where_they_are_written() {
    let rules = rules(
        "let keys = import ./keys.nix; in\n{\n  \"a.age\".publicKeys =\n    [ keys.alice (builtins.readFile ./alice.pub)\n      \"literal\" (\"put\" + \"together\") ];\n}\n",
    );
    let [rule] = rules.as_slice() else { panic!("one rule") };
    let place = |location: Option<&Location>| location.expect("it is known").to_string();
    assert_eq!(place(rule.location.as_ref()), "/tree/secrets.nix:3:3");
    let origins: Vec<_> = (0..rule.recipients.len()).map(|index| place(rule.origin(index))).collect();
    assert_eq!(
        origins,
        [
            "/tree/keys.nix:2:11",
            "/tree/secrets.nix:4:19",
            "/tree/secrets.nix:4:19",
            "/tree/secrets.nix:5:7",
            "/tree/secrets.nix:3:3",
        ]
    );
}

#[test]
fn what_is_no_rule_is_named_with_its_place() {
    check_error("{\n  \"a.age\" = [ ];\n}", "/tree/secrets.nix:2:3: rule \"a.age\": it is a list, not a set");
    check_error("{ a.armor = true; }", "/tree/secrets.nix:1:3: rule \"a\": it has no publicKeys");
    check_error(
        "{ a.publicKeys = \"x\"; }",
        "/tree/secrets.nix:1:3: rule \"a\": publicKeys is a string, not a list",
    );
    check_error(
        "{ a.publicKeys = [ \"x\" null ]; }",
        "/tree/secrets.nix:1:3: rule \"a\": key 2 of publicKeys is null, not a string",
    );
    check_error(
        "{ a = { publicKeys = [ ]; armor = 1; }; }",
        "/tree/secrets.nix:1:3: rule \"a\": armor is an integer, not a Boolean",
    );
    check_error("[ ]", "/tree/secrets.nix: the rules are a list, not a set");
    check_error("{ lib }: { }", "/tree/secrets.nix: the rules are a function, not a set");
}

#[test]
fn what_fails_is_named_with_its_rule_and_the_place_of_the_failure() {
    check_error(
        "let keys = import ./keys.nix; in {\n  \"a.age\".publicKeys = [ keys.bob ];\n}",
        "rule \"a.age\": /tree/secrets.nix:2:26: attribute 'bob' missing",
    );
    check_error("{ a.publicKeys = [ bob ]; }", "/tree/secrets.nix:1:20: undefined variable 'bob'");
    check_error(
        "{ a.publicKeys = [ (import ./nothing.nix) ]; }",
        "rule \"a\": /tree/secrets.nix:1:21: reading /tree/nothing.nix: entity not found",
    );
}

#[test]
fn what_is_beyond_says_what_to_do() {
    check_error(
        "{ a.publicKeys = (import <nixpkgs> { }).keys; }",
        "rule \"a\": /tree/secrets.nix:1:26: a path of NIX_PATH is more than can be evaluated without Nix; \
         install Nix (`nix-instantiate`), which then evaluates this file, or write it otherwise",
    );
}

#[test]
fn a_file_that_asks_for_its_name_is_evaluated_for_each_rule() {
    let rules = rules(
        "let file = builtins.getEnv \"FILE\"; in\n\
         builtins.mapAttrs (name: rule: assert file == name || file == \"\"; { publicKeys = [ file ]; }) { a = 1; b = 2; }",
    );
    let found: Vec<_> = rules.iter().map(|rule| (rule.path.as_str(), rule.raw.join(" "))).collect();
    assert_eq!(found, [("a", "a".to_owned()), ("b", "b".to_owned())]);
    check_error(
        "let file = builtins.getEnv \"FILE\"; in if file == \"\" then { a.publicKeys = [ ]; } else { }",
        "rule \"a\": it is gone when FILE is set to it",
    );
}

/// A Nix that answers the same whatever it is asked, and remembers what it was asked.
struct Recorder {
    answer: Result<Json, String>,
    asked: Mutex<Vec<(String, Option<String>)>>,
}

impl Recorder {
    fn new(answer: Result<Json, String>) -> Self {
        Self { answer, asked: Mutex::new(Vec::new()) }
    }

    fn asked(&self) -> Vec<(String, Option<String>)> {
        self.asked.lock().unwrap().clone()
    }
}

impl Fallback for Recorder {
    fn eval_json(&self, expression: &str, file: Option<&str>) -> Result<Json, String> {
        self.asked.lock().unwrap().push((expression.to_owned(), file.map(str::to_owned)));
        self.answer.clone()
    }
}

fn one_rule() -> Json {
    json!([{ "name": "a.age", "publicKeys": ["x\n", "y"], "armor": true }])
}

#[test]
fn nix_is_asked_for_what_is_beyond_and_nothing_else() {
    let nix = Recorder::new(Ok(one_rule()));
    evaluate_text("{ }", Engine::Auto, Some(&nix)).unwrap();
    evaluate_text("{ a.publicKeys = throw \"no\"; }", Engine::Auto, Some(&nix)).unwrap_err();
    evaluate_text("<nixpkgs>", Engine::Builtin, Some(&nix)).unwrap_err();
    assert_eq!(nix.asked(), []);

    let rules = evaluate_text("import <nixpkgs>", Engine::Auto, Some(&nix)).expect("Nix has rules");
    assert_eq!(rules, [Rule::new("a.age", vec![("x\n".into(), None), ("y".into(), None)], true, None)]);
    let question = "let rules = import \"/tree/secrets.nix\"; in map (name: { inherit name; \
                    inherit (rules.${name}) publicKeys; armor = rules.${name}.armor or false; }) \
                    (builtins.attrNames rules)";
    assert_eq!(nix.asked(), [(question.to_owned(), None)]);
}

#[test]
fn nix_is_asked_rule_by_rule_where_the_file_asks_for_its_name() {
    let nix = Recorder::new(Ok(json!(["a\"${b}.age"])));
    let text = "if builtins.getEnv \"FILE\" == \"\" then { } else <nixpkgs>";
    // The answer to the second question is no rule.
    evaluate_text(text, Engine::Nix, Some(&nix)).expect_err("a name is no rule");
    let question = "let rules = import \"/tree/secrets.nix\"; name = \"a\\\"\\${b}.age\"; in \
                    [ ({ inherit name; inherit (rules.${name}) publicKeys; armor = rules.${name}.armor or false; }) ]";
    assert_eq!(
        nix.asked(),
        [
            ("builtins.attrNames (import \"/tree/secrets.nix\")".to_owned(), None),
            (question.to_owned(), Some("a\"${b}.age".to_owned())),
        ]
    );
}

#[test]
fn what_nix_says_is_passed_on() {
    let nix = Recorder::new(Err("error: undefined variable 'lib'".to_owned()));
    let error = evaluate_text("{ }", Engine::Nix, Some(&nix)).expect_err("Nix fails");
    assert_eq!(error.to_string(), "/tree/secrets.nix: error: undefined variable 'lib'");
    for answer in [json!(1), json!([{ "name": "a", "publicKeys": 1 }]), json!([{ "publicKeys": [] }])] {
        evaluate_text("{ }", Engine::Nix, Some(&Recorder::new(Ok(answer)))).expect_err("these are no rules");
    }
    let error = evaluate_text("{ }", Engine::Nix, None).expect_err("there is no Nix");
    assert!(matches!(error, RulesError::NoNix { .. }), "{error}");
}

#[test]
fn nix_is_asked_rule_by_rule_where_an_unread_file_may_ask_for_the_name() {
    let first_question = |text: &str| {
        let nix = Recorder::new(Ok(json!([])));
        evaluate_text(text, Engine::Auto, Some(&nix)).expect("no rules");
        nix.asked()[0].0.split_once(' ').unwrap().0.to_owned()
    };
    assert_eq!(first_question("[ <nixpkgs> ./keys.nix ] == 1 || <nixpkgs>"), "let");
    assert_eq!(first_question("import <nixpkgs> { x = import ./asking.nix; }"), "let");
    assert_eq!(first_question("import <nixpkgs> { x = import ./lib/two.nix; }"), "builtins.attrNames");
    assert_eq!(
        first_question("import <nixpkgs> { x = import (./lib + \"/two.nix\"); }"),
        "builtins.attrNames"
    );
    assert_eq!(first_question("import <nixpkgs> { x = builtins.readDir ./lib; }"), "builtins.attrNames");
}

#[test]
fn nix_is_never_asked_about_planned_files() {
    let nix = Recorder::new(Ok(one_rule()));
    let path = Path::new(FOLDER).join("secrets.nix");
    let planned = |engine| evaluate_with(&path, &files("import <nixpkgs>"), engine, Some(&nix));
    assert!(matches!(planned(Engine::Auto), Err(RulesError::Eval { .. })));
    assert!(matches!(planned(Engine::Nix), Err(RulesError::Planned { .. })));
    assert_eq!(nix.asked(), []);
}
