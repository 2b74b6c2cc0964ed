//! Asking Nix for rules, the way agenix does.

use std::path::Path;

use serde_json::Value as Json;

use super::{Fallback, Rule, RulesError, not_a_key, wrong};

/// Asks Nix for all rules, at once or one by one.
pub(super) fn ask(nix: &dyn Fallback, path: &Path, asks_for_file: bool) -> Result<Vec<Rule>, RulesError> {
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
    let Ok(names) = serde_json::from_value::<Vec<String>>(names) else {
        return Err(nix_error(path, None, "it printed no list of names"));
    };
    let mut rules = Vec::new();
    for name in &names {
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
