//! Another value for a secret.

use zeroize::Zeroizing;

use super::{
    access::Access,
    create::put,
    keyring::{Ask, Keyring},
};
use crate::{
    error::{Error, Result},
    path::TreePath,
    plan::{Draft, Plan},
    tree::Tree,
};

/// A secret as it was found: what is planned from here on is for that file, and for no later one.
#[derive(Debug)]
pub struct Found<'a> {
    tree: &'a Tree,
    draft: Draft<'a>,
    /// Its file.
    pub path: TreePath,
    sealed: Vec<u8>,
}

impl<'a> Found<'a> {
    /// Finds the secret that people call `name`.
    pub fn find(tree: &'a Tree, name: &str) -> Result<Self> {
        let path = Access::read(tree)?.named(name)?;
        let missing = || Error::Conflict {
            message: format!("there is a rule for {path}, and no such file"),
            hint: format!("`secret new {:?}` makes it", path.as_str()),
        };
        let sealed = tree.bytes(&path)?.ok_or_else(missing)?;
        let mut draft = Draft::new(tree);
        if draft.bytes(&path)?.as_ref() != Some(&sealed) {
            return Err(Error::Stale { path });
        }
        Ok(Self { tree, draft, path, sealed })
    }

    /// Its value.
    pub fn open(&self, keyring: &mut Keyring, ask: &mut dyn Ask) -> Result<Zeroizing<Vec<u8>>> {
        keyring.open(self.path.as_str(), &self.sealed, ask)
    }

    /// Plans another value, sealed to whom the rules name by now. Unless it is forced, one of the keys at hand must
    /// be among them.
    pub fn replace(mut self, value: &[u8], keyring: &Keyring, force: bool) -> Result<Plan> {
        let access = Access::read(self.tree)?;
        put(&mut self.draft, self.tree, &access, &self.path, value, keyring)?;
        let recipients = &access.rule(&self.path)?.recipients;
        let sealed = self.draft.bytes(&self.path)?.unwrap_or_default();
        if !force && !keyring.opens(self.path.as_str(), &sealed, value, recipients)? {
            let readers = access.names(recipients).join(", ");
            return Err(Error::Conflict {
                message: format!("no key at hand could open {} afterwards, only {readers}", self.path),
                hint: "put your own key among its recipients, name another key by `--identity FILE`, or add \
                       `--force`"
                    .into(),
            });
        }
        self.draft.finish()
    }
}
