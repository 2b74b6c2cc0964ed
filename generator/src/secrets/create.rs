//! A new secret: its rule where it has none, its sealed file, and its line of the manifest.

use super::{access::Access, keyring::Keyring, manifest, seal};
use crate::{
    agent::{registry, summary},
    edit::Change,
    error::{Error, Result},
    name::AgentName,
    path::TreePath,
    plan::{Draft, Plan},
    tree::Tree,
};

/// A secret that is to be made. It can't be printed.
pub struct Request<'a> {
    /// Its file.
    pub path: TreePath,
    /// Its value.
    pub value: &'a [u8],
    /// The agents whose machines read it beside the operators, for a secret that has no rule yet.
    pub readers: &'a [AgentName],
}

/// A secret that can be made.
#[derive(Debug)]
pub struct Created {
    /// The changes.
    pub plan: Plan,
    /// Who is going to read it, by the names of the rules.
    pub readers: Vec<String>,
}

/// The file of a new secret that people call `name`: `wifi` and `wifi.age` lie in the folder of secrets, and so do
/// `secrets/wifi.age` and `sub folder/wifi`. Nothing may be there yet.
pub fn path(tree: &Tree, name: &str) -> Result<TreePath> {
    let folder = &tree.settings().paths.secrets;
    let plain = name.trim_start_matches("./");
    let below = plain.strip_prefix(folder.as_str()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(plain);
    let below = below.strip_suffix(".age").unwrap_or(below);
    let refused = |why: String| Error::Conflict {
        message: format!("{name:?} can't be a secret's name: {why}"),
        hint: format!("`wifi`, `wifi.age` and `{folder}/sub folder/wifi.age` can"),
    };
    if below.is_empty() || below.ends_with('/') || below.contains(char::is_control) {
        return Err(refused("it has no file name, or a control character".into()));
    }
    let path = TreePath::new(format!("{folder}/{below}.age")).map_err(|error| refused(error.to_string()))?;
    expect_free(tree, &path)?;
    Ok(path)
}

fn expect_free(tree: &Tree, path: &TreePath) -> Result<()> {
    if !tree.has(path) {
        return Ok(());
    }
    Err(Error::Conflict {
        message: format!("{path} is there already"),
        hint: format!("`secret edit {:?}` changes its value", path.as_str()),
    })
}

/// Plans a new secret. Nothing is written.
pub fn plan(tree: &Tree, request: &Request<'_>, keyring: &Keyring) -> Result<Created> {
    let (paths, path) = (&tree.settings().paths, &request.path);
    expect_free(tree, path)?;
    let mut access = Access::read(tree)?;
    let mut draft = Draft::new(tree);
    if access.rule(path).is_err() {
        draft.edit(
            &paths.rules,
            &Change::InsertAttribute {
                set: registry::rules(),
                key: vec![paths.rule(path), "publicKeys".into()],
                value: rule_value(tree, request.readers)?,
            },
        )?;
        access = access.with(tree, &mut draft, &[path])?;
    } else if !request.readers.is_empty() {
        return Err(Error::Conflict {
            message: format!("{path} has a rule already, which says who reads it"),
            hint: format!("leave --reader out, or change the rule in {}", paths.rules),
        });
    }
    let rule = access.rule(path)?;
    for reader in request.readers {
        let is_reader = summary::host_key(tree, reader)?.is_some_and(|key| rule.recipients.contains(&key));
        if !is_reader {
            let message = format!("{} is no recipient of {path}", reader.host());
            return Err(Error::Unverified { path: paths.rules.clone(), message });
        }
    }
    let readers = access.names(&rule.recipients);
    if !keyring.is_empty() && !keyring.is_among(&rule.recipients) {
        draft.note(format!("no key at hand opens {path}, only {}", readers.join(", ")));
    }
    put(&mut draft, tree, &access, path, request.value, keyring)?;
    Ok(Created { plan: draft.finish()?, readers })
}

/// Seals a value to whom the rules say, in place of the one that the file has, and notes it in the manifest. What a
/// key that is open by now should open is opened again.
pub(super) fn put(
    draft: &mut Draft<'_>,
    tree: &Tree,
    access: &Access,
    path: &TreePath,
    value: &[u8],
    keyring: &Keyring,
) -> Result<()> {
    let failed = |message: &str| Error::Secret { what: path.to_string(), message: message.to_owned() };
    access.expect_own_files(tree, std::iter::once(path))?;
    let rule = access.rule(path)?;
    if rule.recipients.is_empty() {
        return Err(failed("its rule names nobody, so that it can't be sealed"));
    }
    let sealed = seal::seal_by_rule(tree.plugins(), access, path, value, rule.armor)?;
    if keyring.is_open_among(&rule.recipients)
        && keyring.open_unasked(path.as_str(), &sealed)?.as_slice() != value
    {
        return Err(failed("it was sealed, and does not open again to what it was"));
    }
    let manifest = tree.settings().paths.manifest();
    let lines = draft.text_or_empty(&manifest)?;
    draft.write_sealed(
        path,
        sealed.clone(),
        format!("sealed to {}", access.names(&rule.recipients).join(", ")),
    )?;
    draft.write(&manifest, manifest::with(&lines, path, &sealed, &rule.recipients))
}

/// The value of the rule: the operators, and the machines of these agents, which must be known.
fn rule_value(tree: &Tree, readers: &[AgentName]) -> Result<String> {
    let names = &tree.settings().rules;
    for reader in readers {
        if summary::host_key(tree, reader)?.is_none() {
            return Err(Error::Conflict {
                message: format!(
                    "the host key of {reader} is not known, so that nothing can be sealed to it"
                ),
                hint: format!("`list` shows the agents; {} has to be in the rules", names.machine(reader)),
            });
        }
    }
    Ok(names.readers(readers))
}
