//! Who may read what: the rules, evaluated, with recipients parsed and known by their names.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use super::{
    names::{self, Alias},
    recipient::{Keys, Recipient},
    rules::{self, Engine, RulesError},
    watched::Watched,
};
use crate::{
    error::{Error, Location, Result},
    nix::{
        eval::{ErrorKind, Location as Place, Overlay},
        file::NixFile,
    },
    path::TreePath,
    plan::Draft,
    settings::Settings,
    tree::Tree,
};

/// The rules of a tree.
#[derive(Debug)]
pub struct Access {
    rules: BTreeMap<TreePath, Rule>,
    names: BTreeMap<String, String>,
    /// Each name with its key, also where another name has the same.
    aliases: Vec<Alias>,
    /// The keys in all of it.
    keys: Keys,
    file: TreePath,
    folder: TreePath,
    broken: Vec<(TreePath, Error)>,
    /// Where the rules have the keys that can't be used everywhere, or not beside others.
    special: Vec<Special>,
    /// Where each rule is, where that is known.
    places: BTreeMap<TreePath, Place>,
}

/// A key of a plugin, or one that is tagged: sealing to it may fail where sealing to others does not.
#[derive(Debug)]
struct Special {
    secret: TreePath,
    plugin: Option<String>,
    at: Location,
    /// How messages call it: the rule, and the recipient's number.
    called: String,
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
    /// Evaluates the rules of `tree` as they stand on disk; what is beyond the builtin evaluator by Nix, where the
    /// tree has it.
    pub fn read(tree: &Tree) -> Result<Self> {
        Self::read_partly(tree)?.whole()
    }

    /// [`Access::read`], with what can be read of rules that name a key which is none: [`Access::broken`] has them.
    pub fn read_partly(tree: &Tree) -> Result<Self> {
        let file = tree.nix(&tree.settings().paths.rules)?;
        Self::evaluate(tree, BTreeMap::new(), &file, Engine::Auto, Keys::default())
    }

    /// The secrets whose rule names a key which is none, with what is wrong; their other recipients are known.
    #[must_use]
    pub fn broken(&self) -> &[(TreePath, Error)] {
        &self.broken
    }

    fn whole(mut self) -> Result<Self> {
        if self.broken.is_empty() { Ok(self) } else { Err(self.broken.swap_remove(0).1) }
    }

    /// Evaluates the rules as they will stand once `draft` is applied: in memory, where Nix can't see them.
    pub fn planned(tree: &Tree, draft: &mut Draft<'_>) -> Result<Self> {
        Self::planned_with(tree, draft, Keys::default())
    }

    fn planned_with(tree: &Tree, draft: &mut Draft<'_>, keys: Keys) -> Result<Self> {
        let texts = draft.planned().into_iter();
        let texts = texts.filter_map(|(path, contents)| Some((path.under(tree.root()), contents?))).collect();
        let file = draft.nix(&tree.settings().paths.rules)?;
        Self::evaluate(tree, texts, &file, Engine::Builtin, keys)?.whole()
    }

    /// [`Access::planned`], which must be these rules with one for each of `new`, and nothing else changed.
    pub fn with(&self, tree: &Tree, draft: &mut Draft<'_>, new: &[&TreePath]) -> Result<Self> {
        let planned = Self::planned_with(tree, draft, self.keys.clone())?;
        let mut others = planned.rules.clone();
        let added = new.iter().all(|path| others.remove(*path).is_some());
        if added && others == self.rules {
            return Ok(planned);
        }
        Err(Error::Unverified { path: self.file.clone(), message: "other secrets would change hands".into() })
    }

    /// [`Access::planned`], which must be these rules without the one of `gone`, and nothing else changed.
    pub fn without(&self, tree: &Tree, draft: &mut Draft<'_>, gone: &TreePath) -> Result<Self> {
        let planned = Self::planned_with(tree, draft, self.keys.clone())?;
        let mut expected = self.rules.clone();
        expected.remove(gone);
        if planned.rules == expected {
            return Ok(planned);
        }
        Err(Error::Unverified { path: self.file.clone(), message: "other secrets would change hands".into() })
    }

    /// Checks that `planned` has these rules, with who reads each as `meant` says: it is given the secret, and its
    /// readers before and after.
    pub fn expect(
        &self,
        planned: &Self,
        meant: impl Fn(&TreePath, &BTreeSet<&str>, &BTreeSet<&str>) -> bool,
    ) -> Result<()> {
        let readers = |rule: &'_ Rule| rule.recipients.iter().map(|it| it.as_str().to_owned()).collect();
        let paths: BTreeSet<&TreePath> = self.rules.keys().chain(planned.rules.keys()).collect();
        for path in paths {
            let (before, after) = (self.rules.get(path), planned.rules.get(path));
            let agree = before.zip(after).is_some_and(|(before, after)| {
                let sets: [BTreeSet<String>; 2] = [readers(before), readers(after)];
                let [old, new] = sets.each_ref().map(|set| set.iter().map(String::as_str).collect());
                before.armor == after.armor && meant(path, &old, &new)
            });
            if !agree {
                return Err(Error::Conflict {
                    message: format!(
                        "{}: {path} would change hands in another way than was asked for",
                        self.file
                    ),
                    hint:
                        "nothing was written; write the rule out in that file, or edit it by hand and `rekey`"
                            .into(),
                });
            }
        }
        Ok(())
    }

    /// Why the secret at `path` can't be sealed to whom its rule names, for the sake of `plugin` where that is known.
    pub(super) fn unsealable(&self, path: &TreePath, plugin: Option<&str>, why: String) -> Error {
        let concerned =
            |it: &&Special| it.secret == *path && (plugin.is_none() || it.plugin.as_deref() == plugin);
        match self.special.iter().find(concerned) {
            Some(Special { at, called, .. }) => {
                Error::Malformed { at: at.clone(), message: format!("{called}: {why}") }
            }
            None => Error::Secret { what: path.to_string(), message: why },
        }
    }

    /// Refuses to write a secret whose file is another one's, too, by links: whoever is to read the one would read the
    /// other, or nobody would.
    pub(super) fn expect_own_files<'a>(
        &self,
        tree: &Tree,
        paths: impl Iterator<Item = &'a TreePath>,
    ) -> Result<()> {
        let paths: BTreeMap<PathBuf, &TreePath> = paths.map(|path| (tree.real(path), path)).collect();
        for other in self.rules.keys() {
            let real = tree.real(other);
            let Some(path) = paths.get(&real).filter(|path| **path != other) else { continue };
            let [one, two] = [*path, other].map(|it| format!("{it} ({})", self.at(tree, it)));
            return Err(Error::Conflict {
                message: format!("the rules of {one} and {two} are for one file, {}", real.display()),
                hint: "remove one of the rules, or put a file of its own in the place of the link".into(),
            });
        }
        Ok(())
    }

    /// Where the rule of a secret is.
    fn at(&self, tree: &Tree, path: &TreePath) -> Location {
        let at = self.places.get(path).and_then(|at| located(tree, at));
        at.unwrap_or_else(|| Location::file(&self.file))
    }

    /// What the rules call a key: the name of a person or a machine.
    #[must_use]
    pub fn name(&self, key: &Recipient) -> Option<&str> {
        self.names.get(key.as_str()).map(String::as_str)
    }

    /// The secret that people call `name`: its path, below the root or below the folder of secrets, with or without
    /// `.age`; or its file's name where that is one secret's alone.
    pub fn named(&self, name: &str) -> Result<TreePath> {
        let plain = name.trim_start_matches("./");
        let folder = &self.folder;
        let whole = [plain.to_owned(), format!("{plain}.age"), format!("{folder}/{plain}")];
        let whole = whole.into_iter().chain([format!("{folder}/{plain}.age")]);
        if let Some(path) = whole.filter_map(|path| TreePath::new(path).ok()).find(|it| self.rule(it).is_ok())
        {
            return Ok(path);
        }
        let file = |path: &TreePath| path.as_str().rsplit('/').next().unwrap_or_default().to_owned();
        let is = |path: &&TreePath| file(path) == plain || file(path).strip_suffix(".age") == Some(plain);
        match self.rules.keys().filter(is).collect::<Vec<_>>().as_slice() {
            [only] => Ok((*only).clone()),
            [] => Err(Error::Conflict {
                message: format!("there is no rule for a secret {name:?} in {}", self.file),
                hint: "`secret list` shows every secret that has one".into(),
            }),
            several => {
                let list: Vec<_> = several.iter().map(ToString::to_string).collect();
                Err(Error::Conflict {
                    message: format!("{name:?} may be any of {}", list.join(", ")),
                    hint: "name it by its path from the root".into(),
                })
            }
        }
    }

    /// The keys that the rules file calls `name`.
    #[must_use]
    pub fn keys(&self, name: &str) -> Vec<Recipient> {
        self.aliases.iter().filter(|alias| alias.name == name).map(|alias| alias.key.clone()).collect()
    }

    /// The machines that the rules file knows, by their names, with their keys.
    pub fn machines(&self) -> impl Iterator<Item = (&str, &Recipient)> {
        let machines = self.aliases.iter().filter(|alias| alias.is_machine);
        machines.map(|alias| (alias.name.as_str(), &alias.key))
    }

    /// Everybody whom the rules file gives a name.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        self.aliases.iter().map(|alias| alias.name.as_str())
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
        recipients.iter().map(|recipient| names::called(&self.names, recipient.as_str())).collect()
    }

    /// Evaluates the rules with `texts` in the place of what the disk has. `keys` are those that were parsed before.
    fn evaluate(
        tree: &Tree,
        texts: BTreeMap<PathBuf, Vec<u8>>,
        file: &NixFile,
        engine: Engine,
        mut keys: Keys,
    ) -> Result<Self> {
        let settings = tree.settings();
        let path = settings.paths.rules.under(tree.root());
        let disk = Watched::new(tree).map_err(Error::io("read", tree.root()))?;
        let files = Overlay::new(&disk, texts).with_parsed(path.clone(), file.parsed().clone());
        let evaluated = rules::evaluate_with(&path, &files, engine, tree.fallback()).map_err(|error| {
            if engine == Engine::Builtin { unforeseeable(error) } else { Error::Rules(error) }
        })?;
        let (mut rules, mut places) = (BTreeMap::new(), BTreeMap::new());
        let (mut broken, mut special) = (Vec::new(), Vec::new());
        for rule in &evaluated {
            let secret = secret_path(settings, &rule.path)?;
            let mut recipients = Vec::new();
            for (index, key) in rule.recipients.iter().enumerate() {
                let recipient = match keys.parse(key) {
                    Ok(recipient) => recipient,
                    Err(error) => {
                        let (at, called) = (place(tree, rule, index), called(tree, rule, index));
                        let message = format!("{called}: {error}");
                        broken.push((secret.clone(), Error::Malformed { at, message }));
                        continue;
                    }
                };
                if recipient.is_special() {
                    let (at, called) = (place(tree, rule, index), called(tree, rule, index));
                    let plugin = recipient.plugin().map(str::to_owned);
                    special.push(Special { secret: secret.clone(), plugin, at, called });
                }
                recipients.push(recipient);
            }
            if rules.contains_key(&secret) {
                let at = rule.location.as_ref().and_then(|at| located(tree, at));
                let at = at.unwrap_or_else(|| Location::file(&settings.paths.rules));
                let message = format!("rule {:?}: {secret} has another rule, too", rule.path);
                broken.push((secret, Error::Malformed { at, message }));
                continue;
            }
            places.extend(rule.location.clone().map(|at| (secret.clone(), at)));
            rules.insert(secret, Rule { recipients, armor: rule.armor });
        }
        let aliases = names::aliases(&path, &files, file, &settings.rules, &mut keys);
        let (file, folder) = (settings.paths.rules.clone(), settings.paths.secrets.clone());
        let names = names::first(&aliases);
        Ok(Self { rules, names, aliases, keys, file, folder, broken, special, places })
    }
}

/// Why rules that are planned, which are in memory only, can't be known before they are written.
fn unforeseeable(error: RulesError) -> Error {
    match error {
        RulesError::Eval { error, .. } if matches!(error.kind, ErrorKind::Beyond { .. }) => Error::Conflict {
            message: format!("what the rules would say after this change can't be told: {error}"),
            hint: "make the change by hand, or write the rules so that they can be evaluated without Nix"
                .into(),
        },
        error => Error::Rules(error),
    }
}

/// Where a key is written.
fn place(tree: &Tree, rule: &rules::Rule, index: usize) -> Location {
    let origin = rule.origin(index).and_then(|origin| located(tree, origin));
    origin.unwrap_or_else(|| Location::file(&tree.settings().paths.rules))
}

/// A place that was evaluated, as one of the tree.
fn located(tree: &Tree, at: &Place) -> Option<Location> {
    let file = at.file.strip_prefix(tree.root()).ok()?.to_str()?;
    Some(Location { path: TreePath::new(file).ok()?, position: Some(at.position) })
}

/// How messages call the recipient of a rule.
fn called(tree: &Tree, rule: &rules::Rule, index: usize) -> String {
    format!("rule {:?} of {}, recipient {}", rule.path, tree.settings().paths.rules, index + 1)
}

/// The file of the secret that the rules call `name`.
fn secret_path(settings: &Settings, name: &str) -> Result<TreePath> {
    settings.paths.rules.resolve(name).ok_or_else(|| Error::Malformed {
        at: Location::file(&settings.paths.rules),
        message: format!("the rule {name:?} is for a file outside the tree"),
    })
}
