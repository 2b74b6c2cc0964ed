//! Modules that are the same for each machine: inputs', and what sets up nothing but packages and Nix itself.

use std::collections::BTreeSet;

use rnix::ast::{AttrSet, AttrpathValue, Expr, HasEntry, Param, Select};
use rowan::ast::AstNode;

use super::alike::is_of_one_machine;
use crate::{
    nix::{
        find::keys,
        follow::{Follower, Term, Value, last_name},
        literal,
    },
    path::TreePath,
};

/// The options of it, by how they begin.
const OPTIONS: [&[&str]; 6] = [
    &["nix"],
    &["nixpkgs", "config"],
    &["nixpkgs", "overlays"],
    &["system", "configurationRevision"],
    &["system", "nixos", "label"],
    &["_module", "args"],
];

/// What every module may ask for.
const ASKED: [&str; 6] = ["config", "options", "lib", "pkgs", "modulesPath", "inputs"];

/// How deep modules import others.
const DEPTH: usize = 8;

/// Whether a module says nothing of a machine and asks for nothing but `passed`: an input's, or one that is written out and
/// sets up nothing but packages and Nix.
pub(super) fn is_flake_wide(follower: &Follower<'_>, module: &Value, passed: &BTreeSet<String>) -> bool {
    Reading { follower, passed }.is_flake_wide(module, DEPTH)
}

/// Whether a module that is written out asks for more than all modules are, and `passed`.
pub(super) fn asks_for_more(follower: &Follower<'_>, module: &Expr, passed: &BTreeSet<String>) -> bool {
    match module {
        Expr::Paren(it) => it.expr().is_some_and(|inner| asks_for_more(follower, &inner, passed)),
        Expr::Lambda(it) => it.param().is_some_and(|param| !Reading { follower, passed }.is_known(&param)),
        _ => false,
    }
}

/// Whether an expression is a module that something offers by its name, and that is no machine's own.
pub(super) fn is_of_input(module: &Expr) -> bool {
    let text = module.syntax().text().to_string();
    let is_offered = text.contains("nixosModule") || text.contains(".modules.nixos.");
    matches!(module, Expr::Select(_)) && is_offered && !is_of_one_machine(module)
}

struct Reading<'a> {
    follower: &'a Follower<'a>,
    passed: &'a BTreeSet<String>,
}

impl Reading<'_> {
    fn is_flake_wide(&self, module: &Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let module = match self.follower.place(module) {
            Some(path) => TreePath::new(path).ok().and_then(|path| self.follower.file(&path)),
            None => Some(self.follower.reduce(module)),
        };
        let Some(term) = module.as_ref().and_then(Value::term) else { return false };
        match &term.expr {
            // What the flake itself offers is to be read.
            Expr::Select(it) => is_of_input(&term.expr) && !is_of_itself(&it.to_string()),
            Expr::Lambda(lambda) => {
                let body = lambda.body().map(|body| Value::Term(term.with(body)));
                lambda.param().is_some_and(|param| self.is_known(&param))
                    && body.is_some_and(|body| self.is_flake_wide(&body, depth))
            }
            Expr::AttrSet(set) => {
                set.entries().next().is_some()
                    && !mentions_machine(term)
                    && self.says_nothing_else(term, set, depth)
            }
            _ => false,
        }
    }

    /// Whether a module of that parameter asks for nothing that a new one isn't passed.
    fn is_known(&self, param: &Param) -> bool {
        match param {
            Param::IdentParam(param) => param.to_string().starts_with('_'),
            Param::Pattern(pattern) => pattern.pat_entries().filter_map(|entry| entry.ident()).all(|name| {
                let name = name.to_string();
                ASKED.contains(&name.as_str()) || self.passed.contains(&name)
            }),
        }
    }

    fn says_nothing_else(&self, term: &Term, set: &AttrSet, depth: usize) -> bool {
        let is_set_up = |binding: &AttrpathValue| {
            let Some(value) = binding.value() else { return false };
            match keys(binding).into_iter().collect::<Option<Vec<_>>>().as_deref() {
                Some([name]) if name == "imports" => {
                    match self.follower.reduce(&Value::Term(term.with(value))) {
                        Value::Term(Term { expr: Expr::List(list), .. }) => {
                            list.items().all(|item| self.is_flake_wide(&Value::Term(term.with(item)), depth))
                        }
                        _ => false,
                    }
                }
                Some([name]) if name == "config" => match value {
                    Expr::AttrSet(set) => self.says_nothing_else(term, &set, depth),
                    _ => false,
                },
                Some([name, path @ ..]) if name == "config" => is_option(path, &value),
                Some(path) => is_option(path, &value),
                None => false,
            }
        };
        set.inherits().next().is_none() && set.attrpath_values().all(|it| is_set_up(&it))
    }
}

/// Whether what is bound to `path` is one of the options, or a set of nothing else.
fn is_option(path: &[String], value: &Expr) -> bool {
    if OPTIONS.iter().any(|option| path.len() >= option.len() && option.iter().zip(path).all(|(a, b)| a == b))
    {
        return true;
    }
    let Expr::AttrSet(set) = value else { return false };
    let below = |binding: AttrpathValue| {
        let keys = keys(&binding).into_iter().collect::<Option<Vec<_>>>();
        keys.zip(binding.value()).is_some_and(|(keys, value)| is_option(&[path, &keys].concat(), &value))
    };
    set.inherits().next().is_none() && set.entries().next().is_some() && set.attrpath_values().all(below)
}

/// Whether a module reads what each machine says of itself: its name, or options beside those that are set up.
fn mentions_machine(module: &Term) -> bool {
    let selected = module.expr.syntax().descendants().filter_map(Select::cast);
    let mut configs =
        selected.filter(|it| it.expr().and_then(|base| last_name(&base)).as_deref() == Some("config"));
    let is_of_machine = |it: Select| {
        let first = it.attrpath().and_then(|path| literal::attribute(&path.attrs().next()?));
        !first.is_some_and(|first| matches!(first.as_str(), "nix" | "nixpkgs"))
    };
    configs.any(is_of_machine)
}

/// Whether what a module is called by is the flake's own: `self.nixosModules.base`.
pub(crate) fn is_of_itself(module: &str) -> bool {
    module.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).any(|word| word == "self")
}
