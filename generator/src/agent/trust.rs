//! Trust in a machine: its host key in the rules, its secrets sealed to it; and the end of that trust.

use crate::{
    edit::{self, Change},
    error::{Error, Location, Result},
    name::AgentName,
    nix::{
        find::{AttrPath, find},
        literal,
    },
    path::TreePath,
    plan::{Draft, Plan},
    secrets::{access::Access, reader, recipient::Recipient, rekey, reseal::Keys},
    tree::Tree,
};

/// What is asked for.
#[derive(Debug)]
pub struct Request {
    /// The agent.
    pub name: AgentName,
    /// The public host key of its machine.
    pub key: Recipient,
    /// Whether it may take the place of another one.
    pub replace: bool,
}

/// A change of trust that is planned.
#[derive(Debug)]
pub struct Trust {
    /// The changes.
    pub plan: Plan,
    /// The key that is no longer trusted.
    pub old: Option<Recipient>,
    /// The secrets that are sealed anew, or, without keys, are still to be.
    pub secrets: Vec<TreePath>,
    /// What the key that is no longer trusted could read.
    pub could_read: Vec<TreePath>,
}

/// What the rules say of a machine.
enum Known {
    Nothing,
    /// A text that is no key.
    Placeholder,
    Key(Box<Recipient>),
}

/// Plans to trust the machine of an agent by its key, and to seal its secrets to it; without `keys` they are
/// left as they are. Nothing, when all of it is so already. Nothing is written.
pub fn trust(tree: &Tree, request: &Request, keys: Option<&mut Keys<'_>>) -> Result<Option<Trust>> {
    let (name, key, rules) = (&request.name, &request.key, &tree.settings().paths.rules);
    tree.expect_agent(name)?;
    expect_host_key(key)?;
    let known = known(tree, name)?;
    let before = Access::read_partly(tree)?;
    if let Some(other) = before.name(key).filter(|other| *other != name.host()) {
        return Err(Error::Conflict {
            message: format!("that key is known already: it is the one of {other}"),
            hint: "every machine has a host key of its own; look at where this one is from".into(),
        });
    }
    let mut draft = Draft::new(tree);
    let path = tree.settings().rules.machines().child(name.host());
    let value = literal::quote(key.as_str());
    let old = match known {
        Known::Nothing => {
            let set = tree.settings().rules.machines();
            draft.edit(rules, &Change::InsertAttribute { set, key: vec![name.host()], value })?;
            None
        }
        Known::Placeholder => {
            draft.edit(rules, &Change::ReplaceValue { path, value })?;
            None
        }
        Known::Key(old) if *old == *key => None,
        Known::Key(old) if request.replace => {
            draft.edit(rules, &Change::ReplaceValue { path, value })?;
            Some(*old)
        }
        Known::Key(old) => return Err(another_key(name, &old, key)),
    };
    let own = secrets_of(tree, name)?;
    let planned = Access::planned(tree, &mut draft)?;
    for secret in &own {
        if planned.rule(secret).is_ok_and(|rule| !rule.recipients.contains(key)) {
            let rule = tree.settings().paths.rule(secret);
            reader::add(&mut draft, rules, &rule, &tree.settings().rules.machine(name))?;
        }
    }
    let planned = Access::planned(tree, &mut draft)?;
    let (new, gone) = (key.as_str(), old.as_ref().map(Recipient::as_str));
    before.expect(&planned, |path, before, after| {
        let others = |set: &std::collections::BTreeSet<&str>| {
            set.iter().filter(|it| **it != new && Some(**it) != gone).map(|it| (*it).to_owned()).collect()
        };
        let others: [Vec<String>; 2] = [others(before), others(after)];
        let due =
            own.contains(path) || gone.is_some_and(|gone| before.contains(gone)) || before.contains(new);
        others[0] == others[1] && (!due || after.contains(new)) && gone.is_none_or(|it| !after.contains(it))
    })?;
    let reads = |path: &TreePath| planned.rule(path).is_ok_and(|rule| rule.recipients.contains(key));
    for (path, _) in planned.rules().filter(|(path, _)| reads(path) && !own.contains(path)) {
        if before.rule(path).is_ok_and(|rule| !rule.recipients.contains(key)) {
            draft.note(format!("{path}: its rule names {}, which reads it, too", name.host()));
        }
    }
    let could_read = readable(&before, old.as_ref());
    let secrets = rekey::follow(&mut draft, tree, &planned, reads, keys)?;
    let plan = draft.finish()?;
    if plan.is_empty() && secrets.is_empty() {
        return Ok(None);
    }
    Ok(Some(Trust { plan, old, secrets, could_read }))
}

/// Plans to trust the machine of an agent no more: the inverse of [`trust`]. A `key` that is given must be the one
/// that is trusted. Nothing, when none is. Nothing is written.
pub fn untrust(
    tree: &Tree,
    name: &AgentName,
    key: Option<&Recipient>,
    keys: Option<&mut Keys<'_>>,
) -> Result<Option<Trust>> {
    let paths = &tree.settings().paths;
    tree.expect_agent(name)?;
    let old = match known(tree, name)? {
        Known::Nothing => return Ok(None),
        Known::Placeholder => None,
        Known::Key(old) => Some(*old),
    };
    if let (Some(key), Some(old)) = (key, &old)
        && key != old
    {
        return Err(Error::Conflict {
            message: format!("the key of {name} that is trusted is another one: {}", fingerprint(old)),
            hint: format!("name that one, or none: `untrust {name}`"),
        });
    }
    if tree.has(&paths.host_key_secret(name)) {
        return Err(Error::Conflict {
            message: format!("{name} was born with its key: {} has it", paths.host_key_secret(name)),
            hint: format!("`rotate {name}` gives it a new one, `remove-agent {name}` removes it"),
        });
    }
    let before = Access::read_partly(tree)?;
    let mut draft = Draft::new(tree);
    reader::remove_everywhere(&mut draft, &paths.rules, &tree.settings().rules.machine(name))?;
    let change = Change::RemoveAttribute { path: tree.settings().rules.machines().child(name.host()) };
    for (at, comment) in edit::owned_comments(&draft.nix(&paths.rules)?, &change)? {
        draft.note(format!("{at} a comment goes along: {comment}"));
    }
    draft.edit(&paths.rules, &change)?;
    let planned = Access::planned(tree, &mut draft).map_err(|error| Error::Conflict {
        message: format!("without {} the rules no longer hold: {error}", name.host()),
        hint: "take it out of that rule by hand, then run the command again".into(),
    })?;
    let gone = old.as_ref().map(Recipient::as_str);
    before.expect(&planned, |_, before, after| {
        let mut others = before.clone();
        others.retain(|it| Some(*it) != gone);
        others == *after
    })?;
    let could_read = readable(&before, old.as_ref());
    let secrets = rekey::follow(&mut draft, tree, &planned, |path| could_read.contains(path), keys)?;
    Ok(Some(Trust { plan: draft.finish()?, old, secrets, could_read }))
}

/// How people compare keys: the fingerprint of an SSH key, or else the key.
#[must_use]
pub fn fingerprint(key: &Recipient) -> String {
    key.fingerprint().unwrap_or_else(|| key.as_str().to_owned())
}

/// The secrets that are an agent's own: its mail password, and what its host says it reads. Not its host key.
pub fn secrets_of(tree: &Tree, name: &AgentName) -> Result<Vec<TreePath>> {
    let paths = &tree.settings().paths;
    let host = tree.nix(&paths.host(name))?;
    let secrets = AttrPath::value("age.secrets");
    let mut own = vec![paths.mail_secret(name)];
    for (secret, _) in find(&host, &secrets).children() {
        let found = find(&host, &secrets.child(secret).child("file"));
        let reference = found.value().and_then(literal::relative_path);
        own.extend(reference.and_then(|reference| host.path().resolve(&reference)));
    }
    own.sort();
    own.dedup();
    own.retain(|path| *path != paths.host_key_secret(name));
    Ok(own)
}

/// The secrets whose rule names `key`.
pub(crate) fn readable(access: &Access, key: Option<&Recipient>) -> Vec<TreePath> {
    let reads = |path: &TreePath| {
        access.rule(path).is_ok_and(|rule| key.is_some_and(|it| rule.recipients.contains(it)))
    };
    access.rules().map(|(path, _)| path.clone()).filter(reads).collect()
}

fn expect_host_key(key: &Recipient) -> Result<()> {
    if key.fingerprint().is_some() {
        return Ok(());
    }
    Err(Error::Conflict {
        message: "a host key is an SSH key, and this is none".into(),
        hint: "on the machine it is in /var/ssh/ssh_host_ed25519_key.pub".into(),
    })
}

fn known(tree: &Tree, name: &AgentName) -> Result<Known> {
    let rules = tree.nix(&tree.settings().paths.rules)?;
    let path = tree.settings().rules.machines().child(name.host());
    let found = find(&rules, &path);
    if !found.is_bound() {
        return Ok(Known::Nothing);
    }
    let Some(text) = found.value().and_then(literal::string) else {
        return Err(Error::NoPlace {
            at: found.bindings.first().map_or_else(
                || Location::file(rules.path()),
                |binding| rules.location(rowan::ast::AstNode::syntax(binding)),
            ),
            found: format!("{path} is not a key written out"),
            by_hand: "write the key there by hand, then `rekey`".into(),
        });
    };
    Ok(text.parse().map_or(Known::Placeholder, |key| Known::Key(Box::new(key))))
}

fn another_key(name: &AgentName, old: &Recipient, new: &Recipient) -> Error {
    Error::Conflict {
        message: format!(
            "{name} has another host key:\n  trusted   {}\n  given     {}",
            fingerprint(old),
            fingerprint(new)
        ),
        hint:
            "if its machine has a new disk, add --replace; if you don't know why, look at the machine first"
                .into(),
    }
}
