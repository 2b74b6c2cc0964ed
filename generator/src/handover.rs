//! From the example key, which everybody has, to an operator's own: in the rules, among those who log in, and in
//! every secret.

use zeroize::Zeroizing;

use crate::{
    agent::{rotate, trust::readable},
    edit::Change,
    error::{Error, Result},
    name::AgentName,
    operator,
    path::TreePath,
    plan::{Draft, Plan},
    secrets::{
        access::Access,
        host_key::HostKey,
        password,
        recipient::{self, Recipient},
        reseal::{self, Job, Keys},
    },
    tree::Tree,
};

/// A handover that is planned.
#[derive(Debug)]
pub struct Handover {
    /// The changes.
    pub plan: Plan,
    /// The secrets that have a new value: mail passwords, and the host keys that agents were born with.
    pub renewed: Vec<TreePath>,
    /// The agents whose machines get a new host key.
    pub machines: Vec<AgentName>,
    /// What everybody could read, and still has its value: what it is for is known to nobody here.
    pub could_read: Vec<TreePath>,
}

/// Plans to put `keys`, one person's, in the place of the example key: as the operator whose key it is in the rules,
/// into `keys.nix`, and into every secret that the example key opens. Mail passwords and the host keys that agents
/// were born with get new values, for which no key is needed; what else the example key opens keeps its value.
///
/// Where `keys` are another operator's already, the one with the example key goes. Nothing, when the example key is
/// not in use and `keys` are an operator's. Nothing is written.
pub fn plan(tree: &Tree, keys: &[Recipient], at_hand: &mut Keys<'_>) -> Result<Option<Handover>> {
    let example = recipient::example()?;
    if keys.contains(&example) {
        return Err(Error::Conflict {
            message: "that is the example key, which everybody has".into(),
            hint: "give the public half of a key of your own".into(),
        });
    }
    let before = Access::read(tree)?;
    let mut exposed = readable(&before, Some(&example));
    let mut draft = Draft::new(tree);
    let holders =
        operator::holders(&draft.nix(&tree.settings().paths.rules)?, &tree.settings().rules, &example);
    let known = known(&before, keys, &holders)?;
    if holders.is_empty() && exposed.is_empty() && known.is_some() {
        return Ok(None);
    }
    replace(&mut draft, tree, keys, &holders, known)?;
    let mut born = Vec::new();
    for name in tree.agents()? {
        if exposed.contains(&tree.settings().paths.host_key_secret(&name)) {
            let (old, new) = rotate::new_pair(tree, &name, &mut draft)?;
            exposed.extend(readable(&before, Some(&old)));
            born.push((name, old, new));
        }
    }
    exposed.sort();
    exposed.dedup();
    let planned = Access::planned(tree, &mut draft)?;
    before.expect(&planned, |_, before, after| {
        let mut expected = before.clone();
        if expected.remove(example.as_str()) {
            expected.extend(keys.iter().map(Recipient::as_str));
        }
        for (_, old, new) in &born {
            if expected.remove(old.as_str()) {
                expected.insert(new.public.as_str());
            }
        }
        expected == *after
    })?;
    if !at_hand.keyring.is_among(keys) {
        draft.note("no key at hand opens the secrets from now on: see to it that you have the private half");
    }
    let (renewed, could_read) = seal(&mut draft, tree, &planned, exposed, &born, at_hand)?;
    let machines = born.into_iter().map(|(name, ..)| name).collect();
    Ok(Some(Handover { plan: draft.finish()?, renewed, machines, could_read }))
}

/// Whose `keys` are already, among those who have no example key.
fn known(access: &Access, keys: &[Recipient], holders: &[String]) -> Result<Option<String>> {
    let mut names =
        keys.iter().map(|key| access.name(key).filter(|name| !holders.iter().any(|it| it == name)));
    let first = names.next().flatten();
    if names.all(|name| name == first) {
        return Ok(first.map(str::to_owned));
    }
    Err(Error::Conflict {
        message: "some of these keys are in the rules already, and others are not".into(),
        hint: "give those of one operator, or those that are new".into(),
    })
}

/// The keys in the place of the example key, in the rules and in `keys.nix`.
fn replace(
    draft: &mut Draft<'_>,
    tree: &Tree,
    keys: &[Recipient],
    holders: &[String],
    mut known: Option<String>,
) -> Result<()> {
    if holders.is_empty() {
        return Err(Error::Conflict {
            message: format!(
                "the example key is nobody's in {}: there is nothing to put this one in the place of",
                tree.settings().paths.rules
            ),
            hint: "`operator add NAME KEY` adds an operator".into(),
        });
    }
    for holder in holders {
        if known.is_some() {
            operator::dismiss(draft, tree, holder)?;
            continue;
        }
        let path = tree.settings().rules.users().child(holder);
        let change = Change::ReplaceValue { path, value: operator::value(keys) };
        draft.edit(&tree.settings().paths.rules, &change)?;
        known = Some(holder.clone());
    }
    let name = known.unwrap_or_default();
    operator::add_logins(draft, &tree.settings().paths.operator_keys(), &name, keys)
}

/// Seals every secret of `exposed` anew, with new values where they can be made here: those that have one, and
/// those that have not.
fn seal(
    draft: &mut Draft<'_>,
    tree: &Tree,
    planned: &Access,
    exposed: Vec<TreePath>,
    born: &[(AgentName, Recipient, HostKey)],
    at_hand: &mut Keys<'_>,
) -> Result<(Vec<TreePath>, Vec<TreePath>)> {
    let paths = &tree.settings().paths;
    let mail: Vec<_> = tree.agents()?.iter().map(|name| paths.mail_secret(name)).collect();
    let value = |path: &TreePath| {
        let born = born.iter().find(|(name, ..)| paths.host_key_secret(name) == *path);
        match born {
            Some((_, _, new)) => Some(Zeroizing::new(new.private.as_bytes().to_vec())),
            None if mail.contains(path) => Some(Zeroizing::new(password::random().as_bytes().to_vec())),
            None => None,
        }
    };
    let mut jobs = Vec::new();
    for path in &exposed {
        jobs.push(Job {
            path: path.clone(),
            rule: planned.rule(path)?,
            sealed: tree.bytes(path)?,
            value: value(path),
        });
    }
    reseal::reseal(draft, tree, planned, &jobs, at_hand)?;
    for (name, _, new) in born {
        rotate::try_machine(draft, planned, &paths.mail_secret(name), new)?;
    }
    let renewed = |path: &TreePath| jobs.iter().any(|job| job.path == *path && job.value.is_some());
    Ok(exposed.into_iter().partition(renewed))
}
