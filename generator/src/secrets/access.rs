//! Who may read what: the rules, evaluated, with recipients parsed and known by their names.

use std::collections::BTreeMap;

use super::{recipient::Recipient, rules};
use crate::{
    error::{Error, Location, Result},
    nix::{
        eval::{Disk, Files, Overlay},
        file::NixFile,
        find::{AttrPath, find},
    },
    path::TreePath,
    plan::Draft,
    settings::Settings,
    tree::Tree,
};

/// The rules of a tree.
#[derive(Debug, Clone)]
pub struct Access {
    rules: BTreeMap<TreePath, Rule>,
    names: BTreeMap<String, String>,
    file: TreePath,
}

/// The rule of one secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Who may read it.
    pub recipients: Vec<Recipient>,
    /// Whether it is written as text.
    pub armor: bool,
}

impl Access {
    /// Evaluates the rules of `tree` as they stand on disk.
    pub fn read(tree: &Tree) -> Result<Self> {
        let disk = Disk::new(tree.root()).map_err(Error::io("read", tree.root()))?;
        Self::evaluate(tree, &disk, &tree.nix(&tree.settings().paths.rules)?)
    }

    /// Evaluates the rules as they will stand once `draft` is applied.
    pub fn planned(tree: &Tree, draft: &mut Draft<'_>) -> Result<Self> {
        let disk = Disk::new(tree.root()).map_err(Error::io("read", tree.root()))?;
        let texts = draft.planned().into_iter();
        let texts = texts.filter_map(|(path, contents)| Some((path.under(tree.root()), contents?)));
        let overlay = Overlay::new(&disk, texts.collect());
        Self::evaluate(tree, &overlay, &draft.nix(&tree.settings().paths.rules)?)
    }

    /// [`Access::planned`], which must be these rules with one for each of `new`, and nothing else changed.
    pub fn with(&self, tree: &Tree, draft: &mut Draft<'_>, new: &[&TreePath]) -> Result<Self> {
        let planned = Self::planned(tree, draft)?;
        let mut others = planned.rules.clone();
        let added = new.iter().all(|path| others.remove(*path).is_some());
        if added && others == self.rules {
            return Ok(planned);
        }
        Err(Error::Unverified { path: self.file.clone(), message: "other secrets would change hands".into() })
    }

    /// The rule of the secret at `path`.
    pub fn rule(&self, path: &TreePath) -> Result<&Rule> {
        self.rules.get(path).ok_or_else(|| Error::Secret {
            what: path.to_string(),
            message: format!("there is no rule for it in {}", self.file),
        })
    }

    /// Every rule, by the path of its secret.
    pub fn rules(&self) -> impl Iterator<Item = (&TreePath, &Rule)> {
        self.rules.iter()
    }

    /// What the rules file calls these recipients; the start of a key that has no name there.
    #[must_use]
    pub fn names(&self, recipients: &[Recipient]) -> Vec<String> {
        let name = |recipient: &Recipient| {
            let key = recipient.as_str();
            self.names.get(key).cloned().unwrap_or_else(|| key.chars().take(32).chain(['…']).collect())
        };
        recipients.iter().map(name).collect()
    }

    fn evaluate(tree: &Tree, files: &dyn Files, file: &NixFile) -> Result<Self> {
        let settings = tree.settings();
        let path = settings.paths.rules.under(tree.root());
        let evaluated = rules::evaluate(&path, files).map_err(Error::Rules)?;
        let mut rules = BTreeMap::new();
        for rule in evaluated {
            let secret = secret_path(settings, &rule.path)?;
            let mut recipients = Vec::new();
            for (index, key) in rule.recipients.iter().enumerate() {
                recipients.push(key.parse().map_err(|error: Error| Error::Secret {
                    what: format!("{}, rule {:?}, recipient {}", settings.paths.rules, rule.path, index + 1),
                    message: error.to_string(),
                })?);
            }
            rules.insert(secret, Rule { recipients, armor: rule.armor });
        }
        Ok(Self { rules, names: names(file), file: settings.paths.rules.clone() })
    }
}

/// The file of the secret that the rules call `name`.
fn secret_path(settings: &Settings, name: &str) -> Result<TreePath> {
    settings.paths.rules.resolve(name).ok_or_else(|| Error::Malformed {
        at: Location::file(&settings.paths.rules),
        message: format!("the rule {name:?} is for a file outside the tree"),
    })
}

/// What the `let` of the rules calls each key: `users.NAME` and `systems.NAME` by the name alone.
fn names(file: &NixFile) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for set in ["users", "systems"] {
        for (name, key) in find(file, &AttrPath::bound(set)).strings() {
            if let Ok(key) = key.parse::<Recipient>() {
                names.entry(key.as_str().to_owned()).or_insert(name);
            }
        }
    }
    names
}
