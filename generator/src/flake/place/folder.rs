//! Folders that a flake reads when it is evaluated: what lies in them is registered by lying there.

use std::collections::BTreeSet;

use rnix::ast::{Expr, HasEntry};
use rowan::ast::AstNode;

use super::condition::{self, Condition};
use crate::{
    host_file::HostFile,
    nix::{
        find::keys,
        follow::{DirEntry, Follower, Term, Value},
    },
};

/// The functions that read a folder.
pub(crate) const READERS: [&str; 5] = ["readDir", "listFilesRecursive", "import-tree", "fileFilter", "load"];

/// What is asked of entries of which some are left out by their names.
const IS_OTHER: &str = "names: name: !(builtins.elem name names)";

/// How many expressions are looked at.
const LIMIT: usize = 20_000;

/// What is in a folder, as `readDir` gives it.
pub(super) struct Entries {
    /// The folder.
    pub(super) path: String,
    /// What an entry must be, of its name and its type.
    pub(super) conditions: Vec<Condition>,
    /// What reads it.
    pub(super) reader: Term,
}

/// The entries of the folder that `value` reads, be it only some of them: `readDir FOLDER`.
pub(super) fn entries(follower: &Follower<'_>, value: &Value) -> Option<Entries> {
    let call = follower.call(value)?;
    match (call.name.as_str(), call.arguments.as_slice()) {
        ("readDir", [folder]) => {
            let (path, reader) = (follower.place(folder)?, value.innermost()?);
            Some(Entries { path, conditions: Vec::new(), reader })
        }
        ("filterAttrs", [condition, all]) => Some(entries(follower, all)?.that(condition)),
        ("removeAttrs", [all, names]) => {
            let is_other = follower.beside("is-other.nix", IS_OTHER)?;
            Some(entries(follower, all)?.that(&Value::applied(is_other, names.clone())))
        }
        _ => None,
    }
}

/// The entries of the folder whose names `value` lists.
pub(super) fn names(follower: &Follower<'_>, value: &Value) -> Option<Entries> {
    let call = follower.call(value)?;
    match (call.name.as_str(), call.arguments.as_slice()) {
        ("attrNames", [all]) => entries(follower, all),
        ("sort", [_, all]) => names(follower, all),
        ("filter", [condition, all]) => Some(names(follower, all)?.that(condition)),
        _ => None,
    }
}

impl Entries {
    fn that(mut self, condition: &Value) -> Self {
        self.conditions.push(Condition::new(condition));
        self
    }
}

impl DirEntry {
    /// What the host called `name` lies by.
    pub(crate) fn of_host(host_file: &HostFile, name: &str) -> Self {
        Self { name: host_file.entry(name), is_folder: matches!(host_file, HostFile::Inside(_)) }
    }
}

/// Whether an entry is what all `conditions` ask for; nothing where that can't be told.
pub(crate) fn passes(follower: &Follower<'_>, conditions: &[Condition], entry: &DirEntry) -> Option<bool> {
    let kind = entry.kind();
    condition::all(conditions.iter().map(|condition| condition.is_met(follower, &entry.name, &kind)))
}

/// The folder that an argument of a function which reads one is: a path, or the `src` of haumea's `load`.
fn read_from(follower: &Follower<'_>, argument: &Value) -> Option<String> {
    follower.place(argument).or_else(|| follower.place(&follower.select(argument, &["src"])?))
}

/// The first folder that `term` reads of those that are `wanted`, itself or through the names that it mentions.
pub(super) fn read_by(follower: &Follower<'_>, term: &Term, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![term.clone()];
    let mut looked = 0;
    while let Some(term) = waiting.pop() {
        let range = term.expr.syntax().text_range();
        if !seen.insert((term.file.path().clone(), range.start(), range.end())) {
            continue;
        }
        for node in term.expr.syntax().descendants() {
            looked += 1;
            if looked > LIMIT {
                return None;
            }
            let Some(expr) = Expr::cast(node) else { continue };
            let inner = term.with(expr);
            match &inner.expr {
                Expr::Apply(_) | Expr::BinOp(_) => {
                    let Some(call) = follower.call(&Value::Term(inner)) else { continue };
                    if !READERS.contains(&call.name.as_str()) {
                        // What is given on by a function that is written out may be read.
                        waiting.extend(
                            call.arguments.iter().filter_map(|it| follower.reduce(it).term().cloned()),
                        );
                    } else if let Some(folder) = call.arguments.iter().find_map(|it| read_from(follower, it))
                        && wanted(&folder)
                    {
                        return Some(folder);
                    }
                }
                Expr::Ident(_) => {
                    if let Value::Term(value) = follower.reduce(&Value::Term(inner)) {
                        waiting.push(value);
                    }
                }
                _ => {}
            }
        }
    }
    None
}

/// Whether `term` mentions `folder`, by a path that is written out there.
pub(crate) fn mentions(follower: &Follower<'_>, term: &Term, folder: &str) -> bool {
    let exprs = term.expr.syntax().descendants().take(LIMIT).filter_map(Expr::cast);
    let paths = exprs
        .filter(|expr| matches!(expr, Expr::PathRel(_) | Expr::Str(_) | Expr::BinOp(_) | Expr::Ident(_)));
    paths.into_iter().any(|expr| follower.place(&Value::Term(term.with(expr))).as_deref() == Some(folder))
}

/// Whether a folder is called as those are that hosts lie in: what else is read on the way to them is no hint.
pub(crate) fn is_for_hosts(folder: &str) -> bool {
    const NAMES: [&str; 10] = [
        "hosts",
        "host",
        "machines",
        "machine",
        "systems",
        "nodes",
        "devices",
        "configurations",
        "nixos",
        "servers",
    ];
    const OTHERS: [&str; 5] = ["modules", "modules/nixos", "home-manager", "home", "darwin"];
    let is_of_others = OTHERS.iter().any(|other| folder.ends_with(other));
    !is_of_others && folder.rsplit('/').take(2).any(|name| NAMES.contains(&name))
}

/// Whether a module of flake-parts may make hosts of what lies in `folder`: an option other than its imports mentions
/// it, and doesn't write out which hosts there are, or what it says of the flake reads it.
pub(crate) fn may_register(follower: &Follower<'_>, module: &Term, folder: &str) -> bool {
    let Expr::AttrSet(set) = &module.expr else { return false };
    set.attrpath_values().any(|binding| {
        let Some(value) = binding.value().map(|value| module.with(value)) else { return false };
        match keys(&binding).into_iter().next().flatten().as_deref() {
            Some("imports" | "perSystem" | "systems") => false,
            Some("flake" | "config") => read_by(follower, &value, &|read| read == folder).is_some(),
            _ => {
                let has = |name: &str| follower.lookup(&Value::Term(value.clone()), &[name]).is_bound();
                mentions(follower, &value, folder) && (!has("hosts") || has("autoConstruct"))
            }
        }
    })
}
