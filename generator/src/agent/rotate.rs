//! New keys and new values, where one may have leaked.

use zeroize::Zeroizing;

use super::{summary, trust::readable};
use crate::{
    edit::Change,
    error::{Error, Result},
    name::AgentName,
    nix::literal,
    path::TreePath,
    plan::{Draft, Plan},
    secrets::{
        access::Access,
        host_key::HostKey,
        password,
        recipient::Recipient,
        reseal::{self, Job, Keys},
        seal,
    },
    tree::Tree,
};

/// What is asked for.
#[derive(Debug)]
pub enum Request {
    /// A new host key, where the agent was born with one, and a new mail password.
    Agent(AgentName),
    /// A new value of one secret.
    Secret(TreePath),
}

/// A rotation that is planned.
#[derive(Debug)]
pub struct Rotation {
    /// The changes.
    pub plan: Plan,
    /// The secrets that have a new value.
    pub renewed: Vec<TreePath>,
    /// The host key that is no longer trusted, and the one in its place.
    pub host_key: Option<(Recipient, Recipient)>,
    /// What the old host key could read, and still has its value.
    pub could_read: Vec<TreePath>,
}

impl Request {
    /// What people mean by `name`: an agent, or else a secret.
    pub fn parse(tree: &Tree, name: &str) -> Result<Self> {
        if let Ok(agent) = name.parse::<AgentName>()
            && tree.agents()?.contains(&agent)
        {
            return Ok(Self::Agent(agent));
        }
        let secret = Access::read(tree)?.named(name).map_err(|error| match error {
            Error::Conflict { message, .. } if message.starts_with("there is no rule") => Error::Conflict {
                message: format!("{name:?} is no agent, and {message}"),
                hint: "`list` has the agents; a secret is named by its path from the root".into(),
            },
            other => other,
        })?;
        Ok(Self::Secret(secret))
    }
}

/// Plans new keys and values; `value` is the new one, a random one when there is none. Nothing is written.
pub fn plan(
    tree: &Tree,
    request: &Request,
    value: Option<Zeroizing<Vec<u8>>>,
    keys: &mut Keys<'_>,
) -> Result<Rotation> {
    let value = value.unwrap_or_else(|| Zeroizing::new(password::random().as_bytes().to_vec()));
    match request {
        Request::Secret(path) => secret(tree, path, value, keys),
        Request::Agent(name) => agent(tree, name, value, keys),
    }
}

fn secret(tree: &Tree, path: &TreePath, value: Zeroizing<Vec<u8>>, keys: &mut Keys<'_>) -> Result<Rotation> {
    for name in tree.agents()? {
        if tree.settings().paths.host_key_secret(&name) == *path {
            return Err(Error::Conflict {
                message: format!("{path} is the host key of {name}, whose public half stands in the rules"),
                hint: format!("`rotate {name}` makes a new pair"),
            });
        }
    }
    let access = Access::read(tree)?;
    let job = renewal(tree, &access, path, value)?;
    let mut draft = Draft::new(tree);
    reseal::reseal(&mut draft, tree, &access, &[job], keys)?;
    let (renewed, could_read) = (vec![path.clone()], Vec::new());
    Ok(Rotation { plan: draft.finish()?, renewed, host_key: None, could_read })
}

fn agent(
    tree: &Tree,
    name: &AgentName,
    password: Zeroizing<Vec<u8>>,
    keys: &mut Keys<'_>,
) -> Result<Rotation> {
    tree.expect_agent(name)?;
    let paths = &tree.settings().paths;
    let (mail, key_secret) = (paths.mail_secret(name), paths.host_key_secret(name));
    let before = Access::read(tree)?;
    let mut draft = Draft::new(tree);
    let born = tree.has(&key_secret);
    let pair = born.then(|| new_pair(tree, name, &mut draft)).transpose()?;
    let planned = Access::planned(tree, &mut draft)?;
    let (old, new) = match &pair {
        Some((old, new)) => (Some(old.as_str()), Some(new.public.as_str())),
        None => (None, None),
    };
    before.expect(&planned, |_, before, after| {
        let swapped = before.iter().map(|it| if Some(*it) == old { new.unwrap_or(it) } else { it });
        swapped.collect::<std::collections::BTreeSet<_>>() == *after
    })?;
    let mut jobs = vec![renewal(tree, &planned, &mail, password)?];
    let mut renewed = vec![mail.clone()];
    let mut could_read = readable(&before, pair.as_ref().map(|(old, _)| old));
    could_read.retain(|path| *path != mail && *path != key_secret);
    if let Some((_, new)) = &pair {
        let private = Zeroizing::new(new.private.as_bytes().to_vec());
        jobs.push(renewal(tree, &planned, &key_secret, private)?);
        renewed.push(key_secret);
    }
    for path in &could_read {
        let sealed = tree.bytes(path)?;
        jobs.push(Job { path: path.clone(), rule: planned.rule(path)?, sealed, value: None });
    }
    reseal::reseal(&mut draft, tree, &planned, &jobs, keys)?;
    if let Some((_, new)) = &pair {
        try_machine(&mut draft, &planned, &mail, new)?;
    }
    let host_key = pair.map(|(old, new)| (old, new.public));
    Ok(Rotation { plan: draft.finish()?, renewed, host_key, could_read })
}

/// Opens once, as it is planned, what a machine will have to open by its new host key.
pub(crate) fn try_machine(
    draft: &mut Draft<'_>,
    planned: &Access,
    path: &TreePath,
    new: &HostKey,
) -> Result<()> {
    if planned.rule(path).is_ok_and(|rule| rule.recipients.contains(&new.public)) {
        seal::open(path.as_str(), &draft.bytes(path)?.unwrap_or_default(), &[&new.identity()?])?;
    }
    Ok(())
}

/// A new host key in the place of the one that the rules know: the old one, and the new pair.
pub(crate) fn new_pair(tree: &Tree, name: &AgentName, draft: &mut Draft<'_>) -> Result<(Recipient, HostKey)> {
    let rules = &tree.settings().paths.rules;
    let path = tree.settings().rules.machines().child(name.host());
    let Some(old) = summary::host_key(tree, name)? else {
        return Err(Error::Conflict {
            message: format!(
                "{rules} does not know the host key of {name}, which was born with one: no {path}"
            ),
            hint: "`check` says what else is missing; bring it back, or add the agent anew".into(),
        });
    };
    let new = HostKey::generate(&name.host())?;
    draft.edit(rules, &Change::ReplaceValue { path, value: literal::quote(new.public.as_str()) })?;
    Ok((old, new))
}

fn renewal<'a>(
    tree: &Tree,
    access: &'a Access,
    path: &TreePath,
    value: Zeroizing<Vec<u8>>,
) -> Result<Job<'a>> {
    let rule = access.rule(path)?;
    let Some(sealed) = tree.bytes(path)? else {
        return Err(Error::Secret { what: path.to_string(), message: "there is no such file".into() });
    };
    Ok(Job { path: path.clone(), rule, sealed: Some(sealed), value: Some(value) })
}
