//! One command at a tree: finding it, locking it, ending what an earlier command left, applying a plan.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use generator::{
    apply::{self, Lock, RealDisk, Recovery},
    plan::{Kind, Plan},
    tree::Tree,
};

use crate::{
    Place,
    report::{self, Hint},
    tools::{
        git::{Git, Index},
        nix::Nix,
        plugins::AgePlugins,
    },
};

/// A tree that is whole, and stays as it is while the command looks at it.
pub(crate) struct Session {
    tree: Tree,
    lock: Option<Lock>,
}

impl Session {
    /// Opens the tree for reading.
    pub(crate) fn read(place: &Place) -> Result<Self> {
        let root = root(place)?;
        // Half of a change must not be read: whoever left it, or is at it, comes first.
        if apply::is_pending(&root)? {
            let lock = Lock::acquire(&root, true)?;
            recover(&lock, &root)?;
        }
        Ok(Self { tree: open(&root)?, lock: None })
    }

    /// Opens the tree for a command that may change it: nobody else can until it ends.
    pub(crate) fn write(place: &Place) -> Result<Self> {
        let root = root(place)?;
        let lock = Lock::acquire(&root, place.wait)?;
        recover(&lock, &root)?;
        Ok(Self { tree: open(&root)?, lock: Some(lock) })
    }

    /// Opens a flake that is no tree of agents yet, to make it one.
    pub(crate) fn adopt(root: &Path, tree: Tree, wait: bool) -> Result<Self> {
        let lock = Lock::acquire(root, wait)?;
        recover(&lock, root)?;
        Ok(Self { tree, lock: Some(lock) })
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Looks whether a flake would see all that a plan creates: it doesn't see what git ignores.
    pub(crate) fn check(&self, plan: &Plan) -> Result<()> {
        let Index::Git(git) = Git::at(self.tree.root()) else { return Ok(()) };
        let ignored = git.ignored(&paths(plan, Kind::Create))?;
        let Some((first, rule)) = ignored.first() else { return Ok(()) };
        let rules: Vec<_> = ignored.iter().map(|(path, rule)| format!("  {path}, by {rule}")).collect();
        let rules = rules.join("\n");
        Err(anyhow!("git ignores what would be made here, so that the flake wouldn't see it:\n{rules}"))
            .context(Hint(format!(
                "take {rule:?} out, or add a line below it that excepts {first:?}; nothing was written"
            )))
    }

    /// Brings a plan into the tree, then git's index in line with it.
    pub(crate) fn apply(&self, plan: &Plan) -> Result<()> {
        let Some(lock) = &self.lock else { return Ok(()) };
        self.check(plan)?;
        apply::apply(lock, self.tree.root(), plan, &mut RealDisk)?;
        self.tree.forget();
        self.index(&paths(plan, Kind::Create), &paths(plan, Kind::Delete))?;
        // Until here the next command would do it, should this one be interrupted or git fail.
        Ok(apply::sweep(lock, self.tree.root(), &mut RealDisk)?)
    }

    /// Makes git know the files that are there, so that a flake sees them, and forget those that went before
    /// they were committed.
    pub(crate) fn index(&self, there: &[&str], gone: &[&str]) -> Result<()> {
        index(self.tree.root(), there, gone)
    }
}

/// The folder of the flake that is meant, whether it is one of agents or not.
pub(crate) fn flake(place: &Place) -> Result<PathBuf> {
    let folder = match &place.root {
        Some(folder) => folder.clone(),
        None => std::env::current_dir()?,
    };
    let start = std::fs::canonicalize(&folder).with_context(|| format!("can't find {}", folder.display()))?;
    let flake = start.ancestors().find(|folder| folder.join("flake.nix").is_file());
    Ok(flake.with_context(|| format!("there is no flake.nix at {} or above it", start.display()))?.to_owned())
}

/// The root of the tree that is meant.
pub(crate) fn root(place: &Place) -> Result<PathBuf> {
    let folder = match &place.root {
        Some(folder) => folder.clone(),
        None => std::env::current_dir()?,
    };
    Ok(Tree::root_of(&folder)?)
}

fn open(root: &Path) -> Result<Tree> {
    let tree = Tree::open(root)?.with_plugins(Box::new(AgePlugins));
    Ok(match Nix::find() {
        Some(nix) => tree.with_nix(Box::new(nix)),
        None => tree,
    })
}

fn recover(lock: &Lock, root: &Path) -> Result<()> {
    match apply::recover(lock, root, &mut RealDisk)? {
        None => {}
        Some(Recovery::Before) => {
            report::note("an earlier command was interrupted; the tree is as it was before it");
        }
        Some(Recovery::After { created, deleted }) => {
            report::note("an earlier command was interrupted; it is finished now");
            // What git refuses for good must not stand in the way of every command from now on.
            if let Err(error) = index(root, &words(&created), &words(&deleted)) {
                report::warning(&format!("{error:#}"));
            }
            apply::sweep(lock, root, &mut RealDisk)?;
        }
    }
    Ok(())
}

/// The files that a plan makes such a change to.
fn paths(plan: &Plan, kind: Kind) -> Vec<&str> {
    plan.changes.iter().filter(|change| change.kind() == kind).map(|change| change.path.as_str()).collect()
}

fn words(paths: &[PathBuf]) -> Vec<&str> {
    paths.iter().filter_map(|path| path.to_str()).collect()
}

fn index(root: &Path, there: &[&str], gone: &[&str]) -> Result<()> {
    match Git::at(root) {
        Index::Git(git) => {
            git.intend_to_add(there)?;
            git.forget_intended(gone)
        }
        Index::None(why) => {
            report::note(&format!("git's index is left alone: {why}"));
            Ok(())
        }
    }
}
