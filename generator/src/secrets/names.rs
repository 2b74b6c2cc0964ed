//! What the rules file calls the keys: the names in its sets of people and of machines.

use std::{collections::BTreeMap, path::Path};

use rnix::ast::Expr;
use rowan::ast::AstNode;

use super::recipient::{Keys, Recipient};
use crate::{
    nix::{
        eval::{Env, Files, Overlay, Value, eval_file},
        file::NixFile,
        find::{AttrPath, find},
    },
    rule_names::RuleNames,
};

/// A name that the rules file gives a key.
#[derive(Debug)]
pub(super) struct Alias {
    /// Whether it is a machine's, no person's.
    pub(super) is_machine: bool,
    pub(super) name: String,
    pub(super) key: Recipient,
}

/// Each name with each of its keys. `path` is where the file lies, `files` what it may read, and `sets` what
/// it calls the sets of keys.
pub(super) fn aliases(
    path: &Path,
    files: &dyn Files,
    file: &NixFile,
    sets: &RuleNames,
    keys: &mut Keys,
) -> Vec<Alias> {
    let mut aliases = Vec::new();
    for (set, is_machine) in [(sets.users.as_str(), false), (sets.machines.as_str(), true)] {
        let (written, all) = written(file, set);
        // Evaluating the file once more takes as long as the rules themselves: only for what isn't written out.
        let texts = if all { written } else { evaluated(path, files, file, set).unwrap_or(written) };
        for (name, text) in texts {
            // Of a text with several lines each is a key.
            let keys = text.lines().filter_map(|key| keys.parse(key).ok());
            aliases.extend(keys.map(|key| Alias { is_machine, name: name.clone(), key }));
        }
    }
    aliases
}

/// The name of each key: the first that it is given.
pub(super) fn first(aliases: &[Alias]) -> BTreeMap<String, String> {
    aliases.iter().rev().map(|alias| (alias.key.as_str().to_owned(), alias.name.clone())).collect()
}

/// What a key is called: by its name, or its start where it has none.
pub(super) fn called(names: &BTreeMap<String, String>, key: &str) -> String {
    let start = || match key.char_indices().nth(32) {
        Some((end, _)) => format!("{}…", key.get(..end).unwrap_or_default()),
        None => key.to_owned(),
    };
    names.get(key).cloned().unwrap_or_else(start)
}

/// The texts in the set as it is evaluated where the rules stand, so that keys which are read from files are known,
/// too; nothing where it can't be.
fn evaluated(path: &Path, files: &dyn Files, file: &NixFile, set: &str) -> Option<Vec<(String, String)>> {
    let mut body = file.value()?;
    loop {
        body = match &body {
            Expr::LetIn(bindings) => bindings.body()?,
            Expr::With(with) => with.body()?,
            _ => break,
        };
    }
    let before = file.text().get(..body.syntax().text_range().start().into())?;
    let text = format!("{before} {{ inherit {set}; }}").into_bytes();
    let overlay = Overlay::new(files, BTreeMap::from([(path.to_owned(), text)]));
    let mut env = Env::new(&overlay);
    env.variables.insert("FILE".into(), String::new());
    let Ok(Value::Attrs(sets)) = eval_file(path, &env) else { return None };
    let Value::Attrs(names) = &sets.get(set)?.value else { return None };
    let mut texts = Vec::new();
    for (name, attribute) in names {
        let values = match &attribute.value {
            Value::List(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            if let Value::String(text) = value {
                texts.push((name.clone(), text.clone()));
            }
        }
    }
    Some(texts)
}

/// The texts that are written out in the set, by name; and whether they all are.
fn written(file: &NixFile, set: &str) -> (Vec<(String, String)>, bool) {
    let found = find(file, &AttrPath::bound(set));
    let mut strings = found.strings();
    let all = found.value().is_some() && strings.len() == found.children().len();
    strings.sort();
    (strings, all)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::{nix::eval::Disk, path::TreePath};

    const KEY: &str = include_str!("../../../tests/keys/example_operator.pub");

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.pub"), KEY).unwrap();
        let text = text.replace("KEY", KEY.trim());
        let file = NixFile::parse(&TreePath::new("secrets.nix").unwrap(), text).unwrap();
        let disk = Disk::new(folder.path()).unwrap();
        let aliases = aliases(
            &folder.path().join("secrets.nix"),
            &disk,
            &file,
            &RuleNames::default(),
            &mut Keys::default(),
        );
        let key: Recipient = KEY.parse().unwrap();
        assert!(aliases.iter().all(|alias| alias.key == key));
        assert_eq!(aliases.iter().map(|alias| alias.name.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_key_has_its_name_however_it_is_written() {
        check("let users = { a = \"KEY\"; b = \"no key\"; }; systems.c = \"KEY\"; in { }", &["a", "c"]);
        check("let users.a = builtins.readFile ./a.pub; in { }", &["a"]);
        check(
            "let users.a = [ \"KEY\" ]; in let systems = rec { b = \"KEY\"; c = b; }; in { }",
            &["a", "b", "c"],
        );
        check("let s = { users.a = \"KEY\"; }; in with s; { }", &["a"]);
        check("{ }", &[]);
    }

    #[test]
    fn what_can_not_be_evaluated_leaves_what_is_written() {
        check("let users = { a = \"KEY\"; b = import <nixpkgs> { }; }; in { }", &["a"]);
        check("let users = { a = \"KEY\"; b = throw \"no\"; }; in users", &["a"]);
    }
}
