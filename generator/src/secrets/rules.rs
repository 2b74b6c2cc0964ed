//! agenix's rules: secrets.nix, which says for each secret who can open it.
//!
//! agenix asks Nix for `rules.${name}.publicKeys` and `rules.${name}.armor`, rule by rule, with the secret's path in
//! the environment variable `FILE`; it hands each line of each key to age, and has no use for anything else in a rule.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    rc::Rc,
};

use serde_json::Value as Json;

use crate::nix::eval::{
    self, Attr, Attrs, ErrorKind, EvalError, Fault, Files, Limits, Location, Machine, Val,
};

/// The environment variable that holds the secret's path while agenix evaluates its rule.
const FILE: &str = "FILE";

/// Who can open a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The secret's path as it is written, relative to the folder of secrets.nix.
    pub path: String,
    /// The public keys in their order, a key that is listed twice twice. A key of several lines is several keys, as
    /// agenix has it; there is no white space around a key, and no key is empty.
    pub recipients: Vec<String>,
    /// `publicKeys` as it was evaluated.
    pub raw: Vec<String>,
    /// Whether the secret is sealed as ASCII text.
    pub armor: bool,
    /// Where the rule is defined, where that is known: Nix doesn't tell, nor does what a builtin made.
    pub location: Option<Location>,
    /// For each recipient where its key is written, or read from a file.
    origins: Vec<Option<Location>>,
}

impl Rule {
    /// Where the key of a recipient is written, or read from a file; where the rule is, for a key that was put
    /// together.
    #[must_use]
    pub fn origin(&self, recipient: usize) -> Option<&Location> {
        self.origins.get(recipient).and_then(Option::as_ref).or(self.location.as_ref())
    }

    /// A rule with the recipients that these keys are: each line of each is one.
    fn new(
        path: &str,
        keys: Vec<(String, Option<Location>)>,
        armor: bool,
        location: Option<Location>,
    ) -> Self {
        let mut rule = Self {
            path: path.to_owned(),
            recipients: Vec::new(),
            raw: Vec::new(),
            armor,
            location,
            origins: Vec::new(),
        };
        for (key, origin) in keys {
            for line in key.lines().map(str::trim).filter(|line| !line.is_empty()) {
                rule.recipients.push(line.to_owned());
                rule.origins.push(origin.clone());
            }
            rule.raw.push(key);
        }
        rule
    }
}

/// Who evaluates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// The builtin evaluator; Nix for what is beyond it.
    #[default]
    Auto,
    /// The builtin evaluator alone.
    Builtin,
    /// Nix alone.
    Nix,
}

/// Nix itself, for what is beyond the builtin evaluator. This library starts no process.
pub trait Fallback {
    /// What `nix-instantiate --eval --strict --json --expr EXPRESSION` prints when it exits with 0; what it says
    /// when it doesn't. The environment has the variable `FILE` when `file` is given, and else has none of that name.
    fn eval_json(&self, expression: &str, file: Option<&str>) -> Result<Json, String>;
}

/// Why there are no rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// The file, or a rule in it, has no value.
    #[error("{}{error}{}", in_rule(rule.as_deref()), advice(&error.kind))]
    Eval {
        /// The rule that was asked for, when it was one.
        rule: Option<String>,
        /// Why.
        error: EvalError,
    },
    /// A rule isn't what agenix takes.
    #[error("{}{}{message}", place(location.as_ref()), in_rule(Some(rule)))]
    Rule {
        /// The rule.
        rule: String,
        /// What is wrong with it.
        message: String,
        /// Where it is defined.
        location: Option<Location>,
    },
    /// The file has a value that is no set of rules.
    #[error("{}: the rules are {found}, not a set", file.display())]
    NoSet {
        /// The file.
        file: PathBuf,
        /// What they are.
        found: String,
    },
    /// Nix failed.
    #[error("{}{}: {message}", in_rule(rule.as_deref()), file.display())]
    Nix {
        /// The file.
        file: PathBuf,
        /// The rule that was asked for, when it was one.
        rule: Option<String>,
        /// What Nix said.
        message: String,
    },
    /// Nix was to evaluate, and there is none.
    #[error("{}: Nix is to evaluate this, and there is no Nix here; install it, or use the builtin evaluator", file.display())]
    NoNix {
        /// The file.
        file: PathBuf,
    },
}

fn in_rule(rule: Option<&str>) -> String {
    rule.map(|rule| format!("rule \"{rule}\": ")).unwrap_or_default()
}

fn place(location: Option<&Location>) -> String {
    location.map(|location| format!("{location}: ")).unwrap_or_default()
}

fn advice(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Beyond { .. } => {
            "; install Nix (`nix-instantiate`), which then evaluates this file, or write it otherwise"
        }
        _ => "",
    }
}

/// Evaluates rules with the builtin evaluator, in the order in which Nix sorts attributes.
pub fn evaluate(rules: &Path, files: &dyn Files) -> Result<Vec<Rule>, RulesError> {
    evaluate_with(rules, files, Engine::Builtin, None)
}

/// Evaluates rules, in the order in which Nix sorts attributes. The path must be absolute.
///
/// A file that asks for `FILE` is evaluated for each rule by itself. With [`Engine::Auto`] what is beyond the builtin
/// evaluator, or what it takes for a syntax error, is left to the fallback where there is one.
pub fn evaluate_with(
    rules: &Path,
    files: &dyn Files,
    engine: Engine,
    fallback: Option<&dyn Fallback>,
) -> Result<Vec<Rule>, RulesError> {
    let inside = attempt(rules, files);
    match (engine, inside.outcome, fallback) {
        (Engine::Nix, _, None) => Err(RulesError::NoNix { file: rules.to_owned() }),
        (Engine::Nix, _, Some(nix)) => ask(nix, rules, inside.asks_for_file),
        (Engine::Auto, Err(RulesError::Eval { error, .. }), Some(nix)) if is_for_nix(&error.kind) => {
            ask(nix, rules, inside.asks_for_file)
        }
        (_, outcome, _) => outcome,
    }
}

fn is_for_nix(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Beyond { .. } | ErrorKind::Syntax { .. })
}

/// What the builtin evaluator made of the rules.
struct Attempt {
    outcome: Result<Vec<Rule>, RulesError>,
    /// Whether a file that was read may ask for `FILE`.
    asks_for_file: bool,
}

fn attempt(rules: &Path, files: &dyn Files) -> Attempt {
    let run = eval::on_a_stack(rules, || {
        let variables = BTreeMap::from([(FILE.to_owned(), String::new())]);
        let mut machine = Machine::new(files, variables, Limits::default());
        let outcome = all_rules(&mut machine, rules);
        let asks_for_file = machine.has_read(FILE) || machine.texts().any(|text| text.contains("getEnv"));
        Ok(Attempt { outcome, asks_for_file })
    });
    run.unwrap_or_else(|error| Attempt {
        outcome: Err(RulesError::Eval { rule: None, error }),
        asks_for_file: false,
    })
}

fn all_rules(machine: &mut Machine<'_>, path: &Path) -> Result<Vec<Rule>, RulesError> {
    let rules = load(machine, path, None)?;
    let together: Result<Vec<Rule>, RulesError> = rules.iter().map(|attr| read_rule(machine, attr)).collect();
    if !machine.has_read(FILE) {
        return together;
    }
    // agenix finds the names without `FILE`, and each rule with it.
    let alone = |name: &str| {
        machine.restart(FILE, name);
        let rules = load(machine, path, Some(name))?;
        let attr = rules.get(name).ok_or_else(|| wrong(name, None, "it is gone when FILE is set to it"))?;
        read_rule(machine, attr)
    };
    rules.iter().map(|attr| &*attr.name).map(alone).collect()
}

fn load(machine: &mut Machine<'_>, path: &Path, rule: Option<&str>) -> Result<Rc<Attrs>, RulesError> {
    let rule = rule.map(str::to_owned);
    match machine.load(path).map_err(|fault| RulesError::Eval { rule, error: *fault.error })? {
        Val::Attrs(rules) => Ok(rules),
        value => Err(RulesError::NoSet { file: path.to_owned(), found: value.kind().to_owned() }),
    }
}

fn read_rule(machine: &mut Machine<'_>, attr: &Attr) -> Result<Rule, RulesError> {
    let name = &*attr.name;
    let eval = |fault: Fault| RulesError::Eval { rule: Some(name.to_owned()), error: *fault.error };
    let location = attr.at.map(|at| machine.location(at));
    let place = attr.at.unwrap_or_default();
    let value = machine.force(attr.thunk, place).map_err(eval)?;
    let Val::Attrs(attrs) = &value else {
        return Err(wrong(name, location, format!("it is {}, not a set", value.kind())));
    };
    let Some(keys) = attrs.get("publicKeys") else {
        return Err(wrong(name, location, "it has no publicKeys"));
    };
    let list = machine.force(keys.thunk, place).map_err(eval)?;
    let Val::List(items) = &list else {
        return Err(wrong(name, location, format!("publicKeys is {}, not a list", list.kind())));
    };
    let mut found = Vec::with_capacity(items.len());
    for (item, number) in items.iter().zip(1..) {
        found.push(match machine.force(*item, place).map_err(eval)? {
            Val::String(key, at) => (key.to_string(), at.map(|at| machine.location(at))),
            // As JSON, which agenix reads, they are strings.
            Val::Path(_) | Val::Attrs(_) => {
                return Err(eval(machine.beyond(place, "a key that is no string")));
            }
            value => return Err(wrong(name, location, not_a_key(number, value.kind()))),
        });
    }
    let armor = match attrs.get("armor") {
        None => false,
        Some(armor) => match machine.force(armor.thunk, place).map_err(eval)? {
            Val::Bool(armor) => armor,
            value => return Err(wrong(name, location, format!("armor is {}, not a Boolean", value.kind()))),
        },
    };
    Ok(Rule::new(name, found, armor, location))
}

fn wrong(rule: &str, location: Option<Location>, message: impl Into<String>) -> RulesError {
    RulesError::Rule { rule: rule.to_owned(), message: message.into(), location }
}

fn not_a_key(number: usize, found: &str) -> String {
    format!("key {number} of publicKeys is {found}, not a string")
}

/// Asks Nix for all rules, at once or one by one.
fn ask(nix: &dyn Fallback, path: &Path, asks_for_file: bool) -> Result<Vec<Rule>, RulesError> {
    let import = import_of(path);
    let read = |json: &Json, rule: Option<&str>| {
        let rules = json.as_array().into_iter().flatten();
        rules.map(|rule| rule_from_json(path, rule)).collect::<Result<Vec<Rule>, _>>().and_then(|rules| {
            if json.is_array() { Ok(rules) } else { Err(nix_error(path, rule, "it printed no list")) }
        })
    };
    if !asks_for_file {
        let all = format!("let rules = {import}; in map (name: {RULE}) (builtins.attrNames rules)");
        let json = nix.eval_json(&all, None).map_err(|message| nix_error(path, None, &message))?;
        return read(&json, None);
    }
    let names = nix.eval_json(&format!("builtins.attrNames ({import})"), None);
    let names = names.map_err(|message| nix_error(path, None, &message))?;
    let mut rules = Vec::new();
    for name in names.as_array().into_iter().flatten().filter_map(Json::as_str) {
        let one = format!("let rules = {import}; name = {}; in [ ({RULE}) ]", nix_string(name));
        let json =
            nix.eval_json(&one, Some(name)).map_err(|message| nix_error(path, Some(name), &message))?;
        rules.extend(read(&json, Some(name))?);
    }
    Ok(rules)
}

/// The rule of `name`, with all that agenix asks for.
const RULE: &str =
    "{ inherit name; inherit (rules.${name}) publicKeys; armor = rules.${name}.armor or false; }";

fn import_of(path: &Path) -> String {
    format!("import {}", nix_string(&path.to_string_lossy()))
}

fn nix_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${"))
}

fn nix_error(path: &Path, rule: Option<&str>, message: &str) -> RulesError {
    RulesError::Nix { file: path.to_owned(), rule: rule.map(str::to_owned), message: message.to_owned() }
}

fn rule_from_json(path: &Path, json: &Json) -> Result<Rule, RulesError> {
    let Some(name) = json.get("name").and_then(Json::as_str) else {
        return Err(nix_error(path, None, "it printed a rule without a name"));
    };
    let Some(keys) = json.get("publicKeys").and_then(Json::as_array) else {
        return Err(wrong(name, None, "publicKeys is not a list"));
    };
    let mut found = Vec::with_capacity(keys.len());
    for (key, number) in keys.iter().zip(1..) {
        let Some(key) = key.as_str() else {
            return Err(wrong(name, None, not_a_key(number, "something else")));
        };
        found.push((key.to_owned(), None));
    }
    let Some(armor) = json.get("armor").and_then(Json::as_bool) else {
        return Err(wrong(name, None, "armor is not a Boolean"));
    };
    Ok(Rule::new(name, found, armor, None))
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Mutex};

    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;
    use crate::nix::eval::{FileType, Overlay};

    const FOLDER: &str = "/work";

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

    /// Evaluates a text that is `secrets.nix` beside a `keys.nix` and an `alice.pub`.
    fn evaluate_text(
        text: &str,
        engine: Engine,
        fallback: Option<&dyn Fallback>,
    ) -> Result<Vec<Rule>, RulesError> {
        let file = |name: &str, text: &str| (Path::new(FOLDER).join(name), text.as_bytes().to_vec());
        let texts = [
            file("secrets.nix", text),
            file("keys.nix", "{\n  alice = \"ssh-ed25519 AAAAalice\";\n  broken = { };\n}\n"),
            file("alice.pub", "ssh-ed25519 AAAAalice\nssh-ed25519 AAAAold alice@attic\n"),
        ];
        let files = Overlay::new(&Nothing, BTreeMap::from(texts));
        evaluate_with(&Path::new(FOLDER).join("secrets.nix"), &files, engine, fallback)
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
        let found: Vec<_> =
            rules.iter().map(|rule| (rule.path.as_str(), rule.recipients.join(" "))).collect();
        assert_eq!(found, [("B.age", String::new()), ("b.age", "z a z".to_owned())]);
    }

    #[test]
    fn every_line_of_a_key_is_a_recipient() {
        let rules =
            rules("{ \"a.age\".publicKeys = [ (builtins.readFile ./alice.pub) \" b\\n\" \"\\n\" ]; }");
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
        assert_eq!(place(rule.location.as_ref()), "/work/secrets.nix:3:3");
        let origins: Vec<_> = (0..rule.recipients.len()).map(|index| place(rule.origin(index))).collect();
        assert_eq!(
            origins,
            [
                "/work/keys.nix:2:11",
                "/work/secrets.nix:4:19",
                "/work/secrets.nix:4:19",
                "/work/secrets.nix:5:7",
                "/work/secrets.nix:3:3",
            ]
        );
    }

    #[test]
    fn what_is_no_rule_is_named_with_its_place() {
        check_error(
            "{\n  \"a.age\" = [ ];\n}",
            "/work/secrets.nix:2:3: rule \"a.age\": it is a list, not a set",
        );
        check_error("{ a.armor = true; }", "/work/secrets.nix:1:3: rule \"a\": it has no publicKeys");
        check_error(
            "{ a.publicKeys = \"x\"; }",
            "/work/secrets.nix:1:3: rule \"a\": publicKeys is a string, not a list",
        );
        check_error(
            "{ a.publicKeys = [ \"x\" null ]; }",
            "/work/secrets.nix:1:3: rule \"a\": key 2 of publicKeys is null, not a string",
        );
        check_error(
            "{ a = { publicKeys = [ ]; armor = 1; }; }",
            "/work/secrets.nix:1:3: rule \"a\": armor is an integer, not a Boolean",
        );
        check_error("[ ]", "/work/secrets.nix: the rules are a list, not a set");
        check_error("{ lib }: { }", "/work/secrets.nix: the rules are a function, not a set");
    }

    #[test]
    fn what_fails_is_named_with_its_rule_and_the_place_of_the_failure() {
        check_error(
            "let keys = import ./keys.nix; in {\n  \"a.age\".publicKeys = [ keys.bob ];\n}",
            "rule \"a.age\": /work/secrets.nix:2:26: attribute 'bob' missing",
        );
        check_error("{ a.publicKeys = [ bob ]; }", "/work/secrets.nix:1:20: undefined variable 'bob'");
        check_error(
            "{ a.publicKeys = [ (import ./nothing.nix) ]; }",
            "rule \"a\": /work/secrets.nix:1:21: reading /work/nothing.nix: entity not found",
        );
    }

    #[test]
    fn what_is_beyond_says_what_to_do() {
        check_error(
            "{ a.publicKeys = (import <nixpkgs> { }).keys; }",
            "rule \"a\": /work/secrets.nix:1:26: a path of NIX_PATH is more than can be evaluated without Nix; \
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
        let question = "let rules = import \"/work/secrets.nix\"; in map (name: { inherit name; \
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
        let question = "let rules = import \"/work/secrets.nix\"; name = \"a\\\"\\${b}.age\"; in \
                        [ ({ inherit name; inherit (rules.${name}) publicKeys; armor = rules.${name}.armor or false; }) ]";
        assert_eq!(
            nix.asked(),
            [
                ("builtins.attrNames (import \"/work/secrets.nix\")".to_owned(), None),
                (question.to_owned(), Some("a\"${b}.age".to_owned())),
            ]
        );
    }

    #[test]
    fn what_nix_says_is_passed_on() {
        let nix = Recorder::new(Err("error: undefined variable 'lib'".to_owned()));
        let error = evaluate_text("{ }", Engine::Nix, Some(&nix)).expect_err("Nix fails");
        assert_eq!(error.to_string(), "/work/secrets.nix: error: undefined variable 'lib'");
        for answer in [json!(1), json!([{ "name": "a", "publicKeys": 1 }]), json!([{ "publicKeys": [] }])] {
            evaluate_text("{ }", Engine::Nix, Some(&Recorder::new(Ok(answer))))
                .expect_err("these are no rules");
        }
        let error = evaluate_text("{ }", Engine::Nix, None).expect_err("there is no Nix");
        assert!(matches!(error, RulesError::NoNix { .. }), "{error}");
    }
}
