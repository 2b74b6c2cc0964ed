//! The flake itself: what `self` has is what its outputs bind.

use rnix::ast::{Expr, Lambda, Param};
use rowan::ast::AstNode;

use super::{Follower, Value};
use crate::{nix::scope::binds, path::TreePath};

/// What a flake has besides its outputs.
const SOURCE: [&str; 5] = ["inputs", "outPath", "rev", "shortRev", "sourceInfo"];

/// How deep modules of flake-parts that are looked into import others.
const IMPORTS: usize = 8;

impl Follower<'_> {
    /// What `path` of `base` is, where that is an output of the flake: `self.lib.mkHost`, `inputs.self.lib.mkHost`, or
    /// in a module of flake-parts `config.flake.lib.mkHost`.
    pub(super) fn output(&self, base: &Value, path: &[&str]) -> Option<Value> {
        let option = of_modules(base, path);
        let path = option.or_else(|| of_itself(base, path))?;
        if self.below_argument(base.term()?, &[]).is_some() {
            return None;
        }
        let path = path.strip_prefix(&["outputs"]).unwrap_or(path);
        if path.first().is_none_or(|first| SOURCE.contains(first)) {
            return None;
        }
        let outputs = self.select(&self.file(&self.flake)?, &["outputs"])?;
        let outputs = self.body(&outputs);
        match self.call(&outputs) {
            Some(call) => match (call.name.as_str(), call.arguments.as_slice()) {
                ("mkFlake", [_, module]) if option.is_some() => self.said_in_module(module, path, IMPORTS),
                ("mkFlake", [_, module]) => {
                    self.said_in_module(module, &[&["flake"], path].concat(), IMPORTS)
                }
                _ => None,
            },
            None if option.is_some() => None,
            None => self.select(&outputs, path),
        }
    }

    /// What a module of flake-parts, or one that it imports, says to an option.
    fn said_in_module(&self, module: &Value, path: &[&str], depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let module = self.body(module);
        if let Some(place) = self.place(&module) {
            let module = self.file(&TreePath::new(place).ok()?)?;
            return self.said_in_module(&module, path, depth);
        }
        if let Some(call) = self.call(&module) {
            let ("import-tree", [folder]) = (call.name.as_str(), call.arguments.as_slice()) else {
                return None;
            };
            let files = self.files_with_word(&TreePath::new(self.place(folder)?).ok()?, path.last()?);
            let modules = files.iter().filter_map(|file| self.file(file));
            return modules.into_iter().find_map(|module| self.said_in_module(&module, path, depth));
        }
        let here = |above: &[&str]| self.select(&module, &[above, path].concat());
        here(&[]).or_else(|| here(&["config"])).or_else(|| {
            let imports = self.reduce(&self.select(&module, &["imports"])?);
            let term = imports.term()?;
            let Expr::List(list) = &term.expr else { return None };
            let modules = list.items().map(|item| Value::Term(term.with(item)));
            modules.into_iter().find_map(|module| self.said_in_module(&module, path, depth))
        })
    }
}

/// The rest of `path` behind what is the flake itself.
fn of_itself<'a>(base: &Value, path: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let base = &base.term()?.expr;
    match (base.syntax().text().to_string().as_str(), path) {
        // `self: super: …` is an overlay of something else.
        ("self", path) => is_argument_of_a_pattern(base, "self").then_some(path),
        ("inputs", ["self", path @ ..]) | ("inputs.self", path) => Some(path),
        ("config", ["flake", path @ ..]) => is_argument_of_a_pattern(base, "config").then_some(path),
        _ => None,
    }
}

/// `path`, where it leads to a module that modules of flake-parts say to an option of their own:
/// `config.fleet.modules.base`.
fn of_modules<'a>(base: &Value, path: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let base = &base.term()?.expr;
    let is_of_modules = base.syntax().text() == "config"
        && path.first().is_some_and(|first| *first != "flake")
        && path.split_last().is_some_and(|(_, above)| above.iter().any(|name| name.ends_with("odules")))
        && is_argument_of_a_pattern(base, "config");
    is_of_modules.then_some(path)
}

fn is_argument_of_a_pattern(at: &Expr, name: &str) -> bool {
    let mut functions = at.syntax().ancestors().filter_map(Lambda::cast).filter_map(|it| it.param());
    functions.find(|param| binds(param, name)).is_some_and(|param| matches!(param, Param::Pattern(_)))
}
