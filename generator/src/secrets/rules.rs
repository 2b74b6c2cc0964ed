//! agenix's rules: secrets.nix, which says for each secret who can open it.
//!
//! agenix asks Nix for `rules.${name}.publicKeys` and `rules.${name}.armor`, rule by rule, with the secret's path in
//! the environment variable `FILE`; it hands each line of each key to age, and has no use for anything else in a rule.

mod nix;
#[cfg(test)]
mod tests;

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
    /// Nix was to evaluate what isn't written yet.
    #[error("{}: Nix can't evaluate what is planned and not written yet; use the builtin evaluator", file.display())]
    Planned {
        /// The file.
        file: PathBuf,
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
/// evaluator, or what it takes for a syntax error, is left to the fallback where there is one. Nix reads the disk: it
/// is never asked about files that are only planned.
pub fn evaluate_with(
    rules: &Path,
    files: &dyn Files,
    engine: Engine,
    fallback: Option<&dyn Fallback>,
) -> Result<Vec<Rule>, RulesError> {
    let inside = attempt(rules, files, engine);
    match (engine, inside.outcome, fallback) {
        (Engine::Nix, ..) if !files.on_disk() => Err(RulesError::Planned { file: rules.to_owned() }),
        (Engine::Nix, _, None) => Err(RulesError::NoNix { file: rules.to_owned() }),
        (Engine::Nix, _, Some(nix)) => nix::ask(nix, rules, inside.asks_for_file),
        (Engine::Auto, Err(RulesError::Eval { error, .. }), Some(nix))
            if is_for_nix(&error.kind) && files.on_disk() =>
        {
            nix::ask(nix, rules, inside.asks_for_file)
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
    /// Whether Nix, where it is to evaluate, may come across a question for `FILE`.
    asks_for_file: bool,
}

fn attempt(rules: &Path, files: &dyn Files, engine: Engine) -> Attempt {
    let run = eval::on_a_stack(rules, || {
        let variables = BTreeMap::from([(FILE.to_owned(), String::new())]);
        let mut machine = Machine::new(files, variables, Limits::default());
        let outcome = all_rules(&mut machine, rules);
        let is_for_nix = match (engine, &outcome) {
            (Engine::Nix, _) => true,
            (Engine::Auto, Err(RulesError::Eval { error, .. })) => is_for_nix(&error.kind),
            _ => false,
        };
        // Without a value nobody knows what else Nix reads; with one, nobody has to.
        let asks_for_file = is_for_nix && machine.may_mention("getEnv");
        Ok(Attempt { outcome, asks_for_file })
    });
    run.unwrap_or_else(|error| Attempt {
        outcome: Err(RulesError::Eval { rule: None, error }),
        asks_for_file: true,
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
