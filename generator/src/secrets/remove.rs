//! The end of a secret: its file, its rule and its line of the manifest.

use super::{access::Access, manifest};
use crate::{
    agent::registry,
    edit::{self, Change},
    error::{Error, Location, Result},
    path::TreePath,
    plan::{Draft, Plan},
    tree::Tree,
};

/// A secret that can go.
#[derive(Debug)]
pub struct Removed {
    /// Its file.
    pub path: TreePath,
    /// The changes.
    pub plan: Plan,
    /// Who could read it, by the names of the rules.
    pub readers: Vec<String>,
}

/// Plans the removal of the secret that people call `name`. Nothing is written.
pub fn plan(tree: &Tree, name: &str) -> Result<Removed> {
    let paths = &tree.settings().paths;
    let access = Access::read(tree)?;
    let path = access.named(name)?;
    let users = users(tree, &path)?;
    if !users.is_empty() {
        let users: Vec<_> = users.iter().map(ToString::to_string).collect();
        return Err(Error::Conflict {
            message: format!("{path} is in use: {} names it", users.join(", ")),
            hint: "take it out there, then run the command again".into(),
        });
    }
    let readers = access.names(&access.rule(&path)?.recipients);
    let mut draft = Draft::new(tree);
    draft.delete(&path)?;
    let change = Change::RemoveAttribute { path: registry::rules().child(paths.rule(&path)) };
    for (at, comment) in edit::owned_comments(&draft.nix(&paths.rules)?, &change)? {
        draft.note(format!("{at} a comment goes along: {comment}"));
    }
    draft.edit(&paths.rules, &change)?;
    access.without(tree, &mut draft, &path)?;
    let lines = draft.text_or_empty(&paths.manifest())?;
    match manifest::without(&lines, &path) {
        rest if rest == lines => {}
        rest if rest.is_empty() => draft.delete(&paths.manifest())?,
        rest => draft.write(&paths.manifest(), rest)?,
    }
    Ok(Removed { path, plan: draft.finish()?, readers })
}

/// Where the configuration names the file.
fn users(tree: &Tree, path: &TreePath) -> Result<Vec<Location>> {
    let mut found = Vec::new();
    for file in tree.modules()? {
        let file = tree.nix(&file)?;
        let named = file.references().into_iter().filter(|(target, _)| target == path);
        found.extend(named.map(|(_, written)| file.at(written)));
    }
    Ok(found)
}
