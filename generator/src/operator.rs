//! The operators: the people who open every secret, and whose SSH keys log in everywhere.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    agent::trust::fingerprint,
    edit::{self, Change},
    error::{Error, Result},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
    path::TreePath,
    plan::{Draft, Plan},
    rule_names::RuleNames,
    secrets::{access::Access, reader, recipient::Recipient, rekey, reseal::Keys},
    tree::Tree,
};

/// A person that the rules know.
#[derive(Debug, Serialize)]
pub struct Operator {
    /// The name in the rules.
    pub name: String,
    /// The keys: fingerprints of SSH keys, other keys themselves.
    pub keys: Vec<String>,
    /// Whether `adminKeys` names the person.
    pub admin: bool,
    /// Whether one of the keys logs in.
    pub logs_in: bool,
    /// How many secrets one of the keys opens.
    pub secrets: usize,
}

/// A change of the operators that is planned.
#[derive(Debug)]
pub struct Staffing {
    /// The changes.
    pub plan: Plan,
    /// The secrets that are sealed anew.
    pub secrets: Vec<TreePath>,
    /// What the person could read who goes.
    pub could_read: Vec<TreePath>,
}

/// The keys of a person, as the rules have them.
pub(crate) fn value(keys: &[Recipient]) -> String {
    literal::quote(&keys.iter().map(Recipient::as_str).collect::<Vec<_>>().join("\n"))
}

/// Whose `key` is.
pub(crate) fn holders(rules: &NixFile, names: &RuleNames, key: &Recipient) -> Vec<String> {
    let has = |name: &String| keys_of(rules, names, name).is_some_and(|keys| keys.contains(key));
    find(rules, &names.users()).children().into_iter().map(|(name, _)| name).filter(has).collect()
}

fn admins() -> AttrPath {
    AttrPath::bound("adminKeys")
}

/// The list that `keys.nix` is.
fn logins() -> AttrPath {
    AttrPath::value("")
}

/// The operators, in the order of the rules.
pub fn list(tree: &Tree) -> Result<Vec<Operator>> {
    let (paths, names) = (&tree.settings().paths, &tree.settings().rules);
    let rules = tree.nix(&paths.rules)?;
    let access = Access::read_partly(tree)?;
    let mut logins = Vec::new();
    if tree.has(&paths.operator_keys()) {
        logins.extend(login_items(&tree.nix(&paths.operator_keys())?).into_iter().map(|(_, key)| key));
    }
    let operator = |name: String| {
        let keys = keys_of(&rules, names, &name).unwrap_or_default();
        let opens = |it: &&Recipient| keys.contains(it);
        Operator {
            admin: is_admin(&rules, names, &name),
            logs_in: keys.iter().any(|key| logins.contains(key)),
            secrets: access.rules().filter(|(_, rule)| rule.recipients.iter().any(|it| opens(&it))).count(),
            keys: keys.iter().map(fingerprint).collect(),
            name,
        }
    };
    Ok(find(&rules, &names.users()).children().into_iter().map(|(name, _)| operator(name)).collect())
}

/// Plans one more operator: into the rules, among those who log in, and every secret of the operators sealed to
/// the keys. Nothing, when all of it is so already. Nothing is written.
pub fn add(tree: &Tree, name: &str, keys: &[Recipient], at_hand: &mut Keys<'_>) -> Result<Option<Staffing>> {
    let (paths, names) = (&tree.settings().paths, &tree.settings().rules);
    expect_name(name)?;
    let before = Access::read(tree)?;
    for key in keys {
        if let Some(other) = before.name(key).filter(|other| *other != name) {
            return Err(conflict(
                format!("the key {} is known already: it is the one of {other}", fingerprint(key)),
                "everybody has keys of their own",
            ));
        }
    }
    let mut draft = Draft::new(tree);
    let file = draft.nix(&paths.rules)?;
    match keys_of(&file, names, name) {
        Some(known) if set(&known) == set(keys) => {}
        Some(_) => {
            return Err(conflict(
                format!("{name} is there already, with other keys"),
                "`operator remove` that one first, or take another name",
            ));
        }
        None => {
            let (set, key) = (names.users(), vec![name.to_owned()]);
            draft.edit(&paths.rules, &Change::InsertAttribute { set, key, value: value(keys) })?;
        }
    }
    let reads = |access: &Access, path: &TreePath| {
        let rule = access.rule(path).ok();
        rule.is_some_and(|rule| keys.iter().all(|key| rule.recipients.contains(key)))
    };
    // Where `adminKeys` is made of all people's, it has the newcomer by now.
    let planned = Access::planned(tree, &mut draft)?;
    if !is_admin(&file, names, name) && !planned.rules().any(|(path, _)| reads(&planned, path)) {
        draft.edit(&paths.rules, &Change::InsertItem { path: admins(), item: names.user(name) })?;
    }
    let planned = Access::planned(tree, &mut draft)?;
    let new = set(keys);
    before.expect(&planned, |_, before, after| {
        before == after || before.union(&new).copied().eq(after.iter().copied())
    })?;
    if planned.rules().next().is_some() && !planned.rules().any(|(path, _)| reads(&planned, path)) {
        return Err(conflict(
            format!("no rule of {} names adminKeys: {name} would read nothing", paths.rules),
            "let the rules name adminKeys, then run the command again",
        ));
    }
    add_logins(&mut draft, &paths.operator_keys(), name, keys)?;
    let secrets = rekey::follow(&mut draft, tree, &planned, |path| reads(&planned, path), Some(at_hand))?;
    let plan = draft.finish()?;
    Ok((!plan.is_empty()).then_some(Staffing { plan, secrets, could_read: Vec::new() }))
}

/// Plans an operator less: the inverse of [`add`]. Nothing, when there is no such operator. Nothing is written.
pub fn remove(tree: &Tree, name: &str, at_hand: &mut Keys<'_>) -> Result<Option<Staffing>> {
    let (paths, names) = (&tree.settings().paths, &tree.settings().rules);
    let mut draft = Draft::new(tree);
    let file = draft.nix(&paths.rules)?;
    let everybody = find(&file, &names.users()).children();
    if !everybody.iter().any(|(other, _)| other == name) {
        return Ok(None);
    }
    let others = everybody.iter().filter(|(other, _)| other != name && is_admin(&file, names, other)).count();
    if others == 0 {
        return Err(conflict(
            format!("{name} is the last operator: nobody could open the secrets any more"),
            "add another one first: `operator add NAME KEY`",
        ));
    }
    let keys = keys_of(&file, names, name).unwrap_or_default();
    let before = Access::read_partly(tree)?;
    dismiss(&mut draft, tree, name)?;
    let planned = Access::planned(tree, &mut draft).map_err(|error| Error::Conflict {
        message: format!("without {name} the rules no longer hold: {error}"),
        hint: format!("take {} out of that rule by hand, then run the command again", names.user(name)),
    })?;
    let gone = set(&keys);
    before
        .expect(&planned, |_, before, after| before.difference(&gone).copied().eq(after.iter().copied()))?;
    if let Some((path, _)) = planned.rules().find(|(_, rule)| rule.recipients.is_empty()) {
        return Err(conflict(
            format!("nobody but {name} reads {path}"),
            "name another reader in its rule, or remove the secret",
        ));
    }
    let read = |path: &TreePath| {
        before.rule(path).is_ok_and(|rule| rule.recipients.iter().any(|it| keys.contains(it)))
    };
    let could_read = before.rules().map(|(path, _)| path.clone()).filter(&read).collect();
    let secrets = rekey::follow(&mut draft, tree, &planned, read, Some(at_hand))?;
    Ok(Some(Staffing { plan: draft.finish()?, secrets, could_read }))
}

/// Takes an operator out of the rules, and the keys out of those that log in.
pub(crate) fn dismiss(draft: &mut Draft<'_>, tree: &Tree, name: &str) -> Result<()> {
    let (paths, names) = (&tree.settings().paths, &tree.settings().rules);
    let file = draft.nix(&paths.rules)?;
    let (item, keys) = (names.user(name), keys_of(&file, names, name).unwrap_or_default());
    if is_admin(&file, names, name) {
        draft.edit(&paths.rules, &Change::RemoveItem { path: admins(), item: item.clone() })?;
    }
    reader::remove_everywhere(draft, &paths.rules, &item)?;
    let change = Change::RemoveAttribute { path: names.users().child(name) };
    for (at, comment) in edit::owned_comments(&draft.nix(&paths.rules)?, &change)? {
        draft.note(format!("{at} a comment goes along: {comment}"));
    }
    draft.edit(&paths.rules, &change)?;
    if tree.has(&paths.operator_keys()) {
        let file = draft.nix(&paths.operator_keys())?;
        for (item, _) in login_items(&file).into_iter().filter(|(_, key)| keys.contains(key)) {
            draft.edit(&paths.operator_keys(), &Change::RemoveItem { path: logins(), item })?;
        }
    }
    Ok(())
}

/// The keys of a person, one a line; nothing when there is no such name.
fn keys_of(rules: &NixFile, names: &RuleNames, name: &str) -> Option<Vec<Recipient>> {
    let found = find(rules, &names.users().child(name));
    found.is_bound().then(|| {
        let text = found.value().and_then(literal::string).unwrap_or_default();
        text.lines().filter_map(|key| key.parse().ok()).collect()
    })
}

fn is_admin(rules: &NixFile, names: &RuleNames, name: &str) -> bool {
    let item = names.user(name);
    find(rules, &admins()).lists().any(|list| list.items().any(|it| it.to_string() == item))
}

/// The keys that log in, each with its item as it is written.
fn login_items(file: &NixFile) -> Vec<(String, Recipient)> {
    let found = find(file, &logins());
    let items = found.lists().flat_map(rnix::ast::List::items);
    items.filter_map(|item| Some((item.to_string(), literal::string(&item)?.parse().ok()?))).collect()
}

/// Puts the SSH keys of a person among those that log in.
pub(crate) fn add_logins(
    draft: &mut Draft<'_>,
    path: &TreePath,
    name: &str,
    keys: &[Recipient],
) -> Result<()> {
    for key in keys.iter().filter(|key| key.fingerprint().is_some()) {
        if login_items(&draft.nix(path)?).iter().all(|(_, other)| other != key) {
            let item = literal::quote(&format!("{} {name}", key.as_str()));
            draft.edit(path, &Change::InsertItem { path: logins(), item })?;
        }
    }
    Ok(())
}

fn set(keys: &[Recipient]) -> BTreeSet<&str> {
    keys.iter().map(Recipient::as_str).collect()
}

fn expect_name(name: &str) -> Result<()> {
    if literal::is_identifier(name) && !name.contains('\'') {
        return Ok(());
    }
    Err(conflict(
        format!("{name:?} is no name for an operator"),
        "take letters, digits, `-` and `_`, a letter first, and no word of the Nix language",
    ))
}

fn conflict(message: String, hint: &str) -> Error {
    Error::Conflict { message, hint: hint.into() }
}
