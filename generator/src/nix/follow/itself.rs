//! The flake itself: what `self` has is what its outputs bind.

use std::rc::Rc;

use rnix::ast::{AttrpathValue, Expr, Inherit, Lambda, Param, With};
use rowan::ast::AstNode;

use super::{Follower, Term, Value};
use crate::{
    nix::{
        file::NixFile,
        scope::{binder, binds},
    },
    path::TreePath,
};

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

    /// All that modules of flake-parts say to the option of theirs that `option` is, which is merged:
    /// `config.flake.modules.nixos.base`. Nothing where it is none, or more may be said that can't be read.
    #[must_use]
    pub fn merged(&self, option: &Term) -> Option<Vec<Value>> {
        let (base, names) = self.selected(option)?;
        let path: Vec<_> = names.iter().map(String::as_str).collect();
        let path = match of_modules(&base, &path) {
            Some(path) => path.to_vec(),
            None => [&["flake"], of_itself(&base, &path)?].concat(),
        };
        let outputs = self.body(&self.select(&self.file(&self.flake)?, &["outputs"])?);
        let call = self.call(&outputs).filter(|call| call.name == "mkFlake")?;
        let mut said = Vec::new();
        self.take_said(call.arguments.get(1)?, &path, IMPORTS, &mut said)?;
        (!said.is_empty()).then_some(said)
    }

    /// What is selected from what, be it by a `with`.
    fn selected(&self, term: &Term) -> Option<(Value, Vec<String>)> {
        match &term.expr {
            Expr::Select(it) => {
                let names = it.attrpath()?.attrs().map(|attr| self.attribute(term, &attr));
                Some((self.reduce(&Value::Term(term.with(it.expr()?))), names.collect::<Option<_>>()?))
            }
            Expr::Ident(it) => {
                let name = it.ident_token()?.text().to_owned();
                let withs = it.syntax().ancestors().filter_map(With::cast);
                let mut withs = withs.take_while(|_| binder(&name, it.syntax()).is_none());
                let (with, None) = (withs.next()?, withs.next()) else { return None };
                let (base, names) = self.selected(&term.with(with.namespace()?))?;
                Some((base, [names, vec![name]].concat()))
            }
            _ => None,
        }
    }

    /// Takes what a module of flake-parts, and those that it imports, say to an option; nothing where one can't be read
    /// that isn't an input's.
    fn take_said(&self, module: &Value, path: &[&str], depth: usize, said: &mut Vec<Value>) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let module = self.body(module);
        if let Some(place) = self.place(&module) {
            let module = self.file(&TreePath::new(place).ok()?)?;
            return self.take_said(&module, path, depth, said);
        }
        if let Some(call) = self.call(&module) {
            let ("import-tree", [folder]) = (call.name.as_str(), call.arguments.as_slice()) else {
                return None;
            };
            let folder = TreePath::new(self.place(folder)?).ok()?;
            let files = self.files_with_word(&folder, path.last()?);
            let files = files.iter().filter(|file| !is_hidden(folder.as_str(), file));
            let mut modules = files.filter_map(|file| self.file(file));
            return modules.try_for_each(|module| self.take_said(&module, path, depth, said));
        }
        if module.set().is_none() {
            return matches!(module.term()?.expr, Expr::Select(_)).then_some(());
        }
        for above in [&[][..], &["config"]] {
            let path = [above, path].concat();
            let bound = self.lookup(&module, &path);
            bound.unreadable.is_empty().then_some(())?;
            said.extend(bound.values);
            for (set, binding) in &bound.dotted {
                said.push(self.bound_in(set, binding, &path)?);
            }
        }
        for imports in self.lookup(&module, &["imports"]).values {
            let imports = self.reduce(&imports);
            let term = imports.term()?;
            let Expr::List(list) = &term.expr else { return None };
            let mut modules = list.items().map(|item| Value::Term(term.with(item)));
            modules.try_for_each(|module| self.take_said(&module, path, depth, said))?;
        }
        Some(())
    }

    /// The set of what a binding in `set` says below `path`, of which it has the last names: `{ enable = true; }` of
    /// `modules.nixos.ssh.enable = true;`.
    fn bound_in(&self, set: &Term, binding: &AttrpathValue, path: &[&str]) -> Option<Value> {
        let attrs: Vec<_> = binding.attrpath()?.attrs().collect();
        let names: Vec<_> = attrs.iter().map(|attr| self.attribute(set, attr)).collect();
        let is_end = |end: &&[&str]| end.iter().zip(&names).all(|(end, name)| name.as_deref() == Some(*end));
        let mut ends = (0..path.len()).filter_map(|start| path.get(start..));
        let rest = attrs.get(ends.find(is_end)?.len()..)?;
        let keys: Vec<_> = rest.iter().map(|attr| attr.syntax().text().to_string()).collect();
        // It says where it stands as the binding does.
        let line = set.file.location(binding.syntax()).position?.line;
        let lines: String = (1..line).map(|_| '\n').collect();
        let text = format!("{lines}{{ {} = {}; }}", keys.join("."), binding.value()?.syntax().text());
        let file = Rc::new(NixFile::parse(set.file.path(), text).ok()?);
        let expr = file.value()?;
        Some(Value::Term(Term { file, expr, scope: None }))
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
        let here = |above: &[&str]| {
            // What a module says to an option of others may be a function, as modules are.
            let in_function = || {
                let (first, rest) = path.split_first()?;
                let said = self.select(&module, &[above, &[*first]].concat())?;
                self.select(&self.body(&said), rest)
            };
            self.select(&module, &[above, path].concat()).or_else(in_function)
        };
        here(&[]).or_else(|| here(&["config"])).or_else(|| {
            let imports = self.reduce(&self.select(&module, &["imports"])?);
            let term = imports.term()?;
            let Expr::List(list) = &term.expr else { return None };
            let modules = list.items().map(|item| Value::Term(term.with(item)));
            modules.into_iter().find_map(|module| self.said_in_module(&module, path, depth))
        })
    }
}

/// Whether import-tree leaves a file of a folder out: it, or a folder that it is in, is called by a leading `_`.
#[must_use]
pub fn is_hidden(folder: &str, file: &TreePath) -> bool {
    let below = file.as_str().strip_prefix(folder).unwrap_or(file.as_str());
    below.trim_start_matches('/').split('/').any(|name| name.starts_with('_'))
}

/// The rest of `path` behind what is the flake itself.
fn of_itself<'a>(base: &Value, path: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let base = &base.term()?.expr;
    match (base.syntax().text().to_string().as_str(), path) {
        // `self: super: …` is an overlay of something else.
        ("self", path) => {
            (is_argument_of_a_pattern(base, "self") || is_taken_from_inputs(base)).then_some(path)
        }
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

/// Whether a name stands in `inherit (inputs) self;`.
fn is_taken_from_inputs(name: &Expr) -> bool {
    let inherit = name.syntax().parent().and_then(Inherit::cast);
    let from = inherit.and_then(|it| it.from()?.expr());
    from.is_some_and(|from| from.syntax().text() == "inputs")
}

fn is_argument_of_a_pattern(at: &Expr, name: &str) -> bool {
    let mut functions = at.syntax().ancestors().filter_map(Lambda::cast).filter_map(|it| it.param());
    functions.find(|param| binds(param, name)).is_some_and(|param| matches!(param, Param::Pattern(_)))
}
