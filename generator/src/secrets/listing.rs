//! What a rules file says, as it says it: also one that lies in no tree, and keys that are none.

use std::{collections::BTreeMap, path::Path};

use serde::Serialize;

use super::{
    names,
    recipient::{Keys, Recipient},
    rules::{self, Engine, Fallback},
};
use crate::{
    error::{Error, Result},
    nix::{eval::Disk, file::NixFile},
    path::TreePath,
    rule_names::RuleNames,
};

/// One rule.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The secret's path, as it is written.
    pub file: String,
    /// The public keys, in their order; one that is listed twice stands here twice.
    pub recipients: Vec<String>,
    /// Whether the secret is sealed as text.
    pub armor: bool,
    /// What the file calls the recipients, in the same order.
    pub names: Vec<String>,
}

/// Evaluates the rules at `rules`, which may read what lies below `root`; both are absolute. `sets` is what they call the
/// sets of keys.
pub fn read(
    root: &Path,
    rules: &Path,
    sets: &RuleNames,
    engine: Engine,
    nix: Option<&dyn Fallback>,
) -> Result<Vec<Entry>> {
    let disk = Disk::new(root).map_err(Error::io("read", root))?;
    let evaluated = rules::evaluate_with(rules, &disk, engine, nix).map_err(Error::Rules)?;
    let mut keys = Keys::default();
    let names = names(root, rules, sets, &disk, &mut keys).unwrap_or_default();
    let mut name = |key: &String| {
        let parsed = keys.parse(key);
        names::called(&names, parsed.as_ref().map_or(key.as_str(), Recipient::as_str))
    };
    let entry = |rule: rules::Rule| Entry {
        names: rule.recipients.iter().map(&mut name).collect(),
        file: rule.path,
        recipients: rule.recipients,
        armor: rule.armor,
    };
    Ok(evaluated.into_iter().map(entry).collect())
}

/// The names of the keys; nothing where only Nix understands the file.
fn names(
    root: &Path,
    rules: &Path,
    sets: &RuleNames,
    disk: &Disk,
    keys: &mut Keys,
) -> Option<BTreeMap<String, String>> {
    let path = TreePath::new(rules.strip_prefix(root).ok()?.to_str()?).ok()?;
    let file = NixFile::read(root, &path).ok()?;
    Some(names::first(&names::aliases(rules, disk, &file, sets, keys)))
}
