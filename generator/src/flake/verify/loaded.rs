//! The modules that a host loads, as far as they can be read.

use std::collections::BTreeSet;

use rnix::ast::{Expr, HasEntry, Param};
use rowan::ast::AstNode;

use super::{asked::Module, in_use::is_for_all_secrets, missing::Missing, own_options, system::System};
use crate::{
    flake::entry::carried::inherited_from,
    host_file::HostFiles,
    nix::{
        find::keys,
        follow::{Bound, Follower, Term, Value, called, conditional, is_hidden, update},
        scope::binder,
    },
    path::TreePath,
};

/// What is known of the modules of a host, where all are read.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// The files that they read by the host's name and that won't be there, each with where.
    pub(super) missing: Vec<(String, Term)>,
    /// Whether they say secrets to sops-nix, each of which is of the file for all unless it says another.
    pub(super) has_secrets: bool,
    /// Whether the host is given packages, or a module says some: no other may say anything of them then.
    pub(super) has_packages: bool,
    /// The one of NixOS's own that makes them another kind of machine: a container, a medium, one of some provider.
    pub(super) kind: Option<Term>,
    /// The files that they are in.
    pub(super) files: BTreeSet<TreePath>,
    /// Those that can't be read, as they are called; nothing for what has no name, and may be any number.
    pub(super) others: Vec<Option<String>>,
    /// What they ask for that they aren't seen to be passed by `specialArgs`, nor by NixOS.
    pub(super) unpassed: BTreeSet<String>,
    /// What they say modules are passed; `None` for what can't be told.
    pub(super) given: BTreeSet<Option<String>>,
    /// Where they look anything up by the host's name that isn't seen to be there, be it on a condition.
    pub(super) look_up: Vec<Expr>,
}

impl Whole {
    /// What is missing: the file for all secrets only where there are some.
    pub(super) fn missing(&self) -> impl Iterator<Item = &(String, Term)> {
        self.missing.iter().filter(|(_, by)| self.has_secrets || !is_for_all_secrets(&by.expr))
    }
}

/// How deep modules that are written out import others.
pub(super) const DEPTH: usize = 8;

/// What the modules of a host are read with.
pub(super) struct Reading<'a> {
    pub(super) follower: &'a Follower<'a>,
    pub(super) own: &'a HostFiles,
    pub(super) is_there: &'a dyn Fn(&TreePath) -> bool,
    /// What modules in files of their own are passed, where these are read, too.
    pub(super) passed: Option<Value>,
    /// Whether all modules are read for what they say, and what they read.
    pub(super) is_whole: bool,
    /// Whether what is looked at is there for certain.
    pub(super) is_sure: bool,
}

impl Reading<'_> {
    pub(super) fn missing(&self) -> Missing<'_> {
        Missing { follower: self.follower, own: self.own, is_there: self.is_there }
    }

    /// The reading of all modules, which are passed this, and the host's name.
    pub(super) fn whole(&self, passed: Option<Value>) -> Self {
        let passed = passed.unwrap_or_else(|| Value::Text(String::new()));
        let with_name = self.follower.beside("passed.nix", include_str!("passed.nix"));
        let passed = with_name.map_or(passed.clone(), |function| {
            Value::applied(Value::applied(function, Value::Text(self.own.name.clone())), passed)
        });
        Self { passed: Some(passed), is_whole: true, ..*self }
    }

    pub(super) fn modules(&self, modules: &Value, system: &mut System, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return system.whole.others.push(None) };
        let modules = self.follower.reduce(modules);
        let Value::Term(term) = &modules else { return system.whole.others.push(None) };
        if let Some(place) = self.follower.place(&modules) {
            return self.file(&place, system, depth);
        }
        match &term.expr {
            Expr::List(list) => {
                for item in list.items() {
                    self.module(&Value::Term(term.with(item)), system, depth);
                }
            }
            Expr::BinOp(it) => {
                for side in [it.lhs(), it.rhs()].into_iter().flatten() {
                    self.modules(&Value::Term(term.with(side)), system, depth);
                }
            }
            // What a function gives for a list is some of it, at least: the paths in it may be modules.
            _ => {
                if let Some(all) = self.follower.items(&modules) {
                    return all.iter().for_each(|module| self.module(module, system, depth));
                }
                let Some(call) = self.follower.call(&modules) else { return system.whole.others.push(None) };
                if let ("toList", [folder]) = (call.name.as_str(), call.arguments.as_slice())
                    && let Some(files) = self.files_in(folder)
                {
                    return files.iter().for_each(|file| self.file(file.as_str(), system, depth));
                }
                let condition = call.arguments.first().filter(|_| call.name.starts_with("optional"));
                if condition.is_none() {
                    system.whole.others.push(None);
                }
                let Some(reading) = self.on(condition) else { return };
                let lists = call.arguments.get(usize::from(condition.is_some())..).unwrap_or_default();
                for list in lists {
                    reading.modules(list, system, depth);
                }
            }
        }
    }

    /// The reading of what is there on a condition, or on what can't be told; nothing where it is known not to hold.
    fn on(&self, condition: Option<&Value>) -> Option<Self> {
        let holds = condition.and_then(|condition| self.follower.truth(condition));
        let (is_sure, passed) = (self.is_sure && holds == Some(true), self.passed.clone());
        (holds != Some(false)).then(|| Self { passed, is_sure, ..*self })
    }

    /// All files of Nix below what `lib.fileset.toList` is given, where that is a folder and no module.
    fn files_in(&self, folder: &Value) -> Option<Vec<TreePath>> {
        let folder = self.follower.place(folder).and_then(|place| TreePath::new(place).ok())?;
        let is_one = self.follower.is_there(&folder) && !folder.has_extension("nix");
        let is_module = self.follower.is_there(&folder.join("default.nix"));
        (is_one && !is_module && self.is_whole).then(|| self.follower.files_with_word(&folder, ""))
    }

    /// The modules that lie in a folder, or in what is a list of some.
    fn below(&self, folders: &Value, system: &mut System, depth: usize) {
        let folder = self.follower.place(folders).and_then(|place| TreePath::new(place).ok());
        match folder.filter(|folder| self.is_whole && !self.own.has(folder.as_str())) {
            Some(folder) => {
                let files = self.follower.files_with_word(&folder, "");
                for file in files.iter().filter(|file| !is_hidden(folder.as_str(), file)) {
                    self.file(file.as_str(), system, depth);
                }
            }
            None => self.modules(folders, system, depth),
        }
    }

    pub(super) fn module(&self, module: &Value, system: &mut System, depth: usize) {
        if self.is_whole && self.is_sure && system.whole.kind.is_none() {
            system.whole.kind = module.term().filter(|it| is_of_another_kind(&it.expr)).cloned();
        }
        // What NixOS has of its own neither says nor reads anything of the flake's.
        if module.term().is_some_and(|it| is_of_nixos(&it.expr)) {
            return;
        }
        if let Some(place) = self.follower.place(module) {
            return self.file(&place, system, depth);
        }
        if let Some(call) = self.follower.call(module) {
            system.has_others = true;
            match (call.name.as_str(), call.arguments.as_slice()) {
                ("import", [file]) => match self.follower.place(file) {
                    Some(place) => self.file(&place, system, depth),
                    None => system.whole.others.push(None),
                },
                // What lies in a folder is a module of it.
                ("import-tree" | "listFilesRecursive", [folders]) => self.below(folders, system, depth),
                // Lists in a list that is flattened.
                ("filter" | "map" | "concatMap", [_, list]) | ("flatten" | "concatLists", [list]) => {
                    system.whole.others.push(None);
                    self.modules(list, system, depth);
                }
                ("singleton", [module]) => self.module(module, system, depth),
                ("optionalAttrs", [condition, module]) if self.is_whole => {
                    if let Some(reading) = self.on(Some(condition)) {
                        reading.module(module, system, depth);
                    }
                }
                _ => system.whole.others.push(None),
            }
            return;
        }
        if let Some(said) = module.term().filter(|_| self.is_whole).and_then(|it| self.follower.merged(it)) {
            let Some(depth) = depth.checked_sub(1) else { return system.whole.others.push(None) };
            return said.iter().for_each(|module| self.module(module, system, depth));
        }
        // What modules of flake-parts say to an option is merged: only some of it may be read.
        let is_merged = |it: &Term| {
            let text = it.expr.syntax().text().to_string();
            let is_read = || self.follower.next(module).is_some();
            text.starts_with("config.") || text.contains(".modules.") && is_read()
        };
        if module.term().is_some_and(is_merged) {
            system.whole.others.push(None);
        }
        let module = self.entered(module, system);
        if matches!(&module, Value::Term(term) if matches!(term.expr, Expr::List(_))) {
            return self.modules(&module, system, depth);
        }
        if let Some((under, over)) = module.term().filter(|_| self.is_whole).and_then(update) {
            return [under, over].iter().for_each(|side| self.module(side, system, depth));
        }
        let Some((term, set)) = module.set() else {
            system.has_others = true;
            if let Some(said) = module.term().filter(|it| self.is_whole && is_conditional(&it.expr)) {
                system.take(Module { set: said.clone(), is_sure: self.is_sure });
                return;
            }
            let imports = module.term().map(|it| self.follower.bound_below(it, "imports"));
            if let Some(imports) = imports.filter(|imports| self.is_whole && !imports.is_empty()) {
                return imports.iter().for_each(|it| self.modules(it, system, depth));
            }
            return system.whole.others.push(module.term().and_then(name));
        };
        if !system.take(Module { set: term.with(Expr::AttrSet(set.clone())), is_sure: self.is_sure }) {
            return;
        }
        system.own_options.extend(own_options::of(set));
        system.loads |= self.own.is_loaded_by(term.file.path().as_str());
        if self.is_whole {
            system.whole.given.extend(self.given(&module));
        }
        system.homes.extend(self.names(&module, &["home-manager", "users"]));
        system.users.extend(self.names(&module, &["users", "users"]));
        let imports = self.follower.lookup(&module, &["imports"]);
        system.whole.others.extend(imports.unreadable.iter().map(|_| None));
        for imports in imports.values {
            self.modules(&imports, system, depth);
        }
    }

    /// The names that a module binds below `path`.
    fn names(&self, module: &Value, path: &[&str]) -> Vec<Option<String>> {
        let bound = self.follower.lookup(module, path);
        let dotted = bound.dotted.iter().map(|(term, binding)| {
            let attr = binding.attrpath()?.attrs().nth(path.len())?;
            self.follower.attribute(term, &attr)
        });
        let mut names: Vec<_> = dotted.collect();
        for value in &bound.values {
            let value = self.follower.body(value);
            match value.set() {
                Some((term, set)) => names.extend(
                    set.attrpath_values()
                        .map(|binding| self.follower.attribute(term, &binding.attrpath()?.attrs().next()?)),
                ),
                None => names.push(None),
            }
        }
        names
    }

    /// A module in a file of its own.
    pub(super) fn file(&self, place: &str, system: &mut System, depth: usize) {
        // The root is a module by its `default.nix`.
        let path = TreePath::new(if place.is_empty() { "default.nix" } else { place }).ok();
        system.loads |= self.own.is_loaded_by(place);
        system.has_others |= !self.own.is_loaded_by(place);
        if (self.own.has(place) || self.missing().is_named(place))
            && path.as_ref().is_some_and(|path| !(self.is_there)(path))
            && !system.missing.iter().any(|missing| missing == place)
        {
            system.missing.push(place.to_owned());
        }
        let (Some(path), Some(passed)) = (path, &self.passed) else { return };
        if self.is_whole && !system.whole.files.insert(path.clone()) {
            return;
        }
        let Some(module) = self.follower.file(&path) else {
            // What isn't there is no more to a host that is there than to a new one.
            if !self.own.is_loaded_by(place) {
                system.whole.others.push((!(self.is_there)(&path)).then(|| place.to_owned()));
            }
            return;
        };
        if self.is_whole {
            return self.module(&module, system, depth);
        }
        // What says only what it imports need be no function.
        let module = self.follower.apply(&module, passed.clone()).unwrap_or(module);
        if let Value::Term(body) = &module {
            system.add_missing(self.missing().to_body(body, &[]));
        }
        self.module(&module, system, depth);
    }

    /// What a module gives for what it is passed.
    fn entered(&self, module: &Value, system: &mut System) -> Value {
        let Some(passed) = &self.passed else { return self.follower.body(module) };
        let function = self.follower.reduce(module);
        let entered = self.follower.apply(&function, passed.clone());
        let module = entered.unwrap_or_else(|| function.clone());
        if !self.is_whole {
            return self.follower.body(&module);
        }
        system.whole.unpassed.extend(self.unpassed(&function, passed));
        if let Value::Term(body) = &module {
            system.whole.look_up.extend(self.missing().looked_up(body));
            if self.is_sure {
                system.whole.missing.extend(self.missing().to_module(body));
            }
        }
        let says = |path: &[&str]| self.follower.lookup(&module, path).is_bound();
        system.whole.has_secrets |= says(&["sops", "secrets"]) || says(&["config", "sops", "secrets"]);
        self.follower.body(&module)
    }

    /// What a module says that all are passed.
    fn given(&self, module: &Value) -> Vec<Option<String>> {
        let all = [&["_module", "args"][..], &["config", "_module", "args"]];
        let bound = all.map(|path| (path.len(), self.follower.lookup(module, path)));
        let of_one = |(length, bound): (usize, Bound)| {
            let dotted =
                bound.dotted.iter().map(move |(_, binding)| keys(binding).into_iter().nth(length)?);
            let dotted: Vec<_> = dotted.collect();
            let values = bound.values.iter().flat_map(|value| match self.follower.body(value).set() {
                Some((term, set)) => {
                    self.follower.names(term, set).into_iter().map(|(name, _)| Some(name)).collect()
                }
                None => vec![None],
            });
            dotted.into_iter().chain(values.collect::<Vec<_>>())
        };
        bound.into_iter().flat_map(of_one).collect()
    }

    /// What a module asks for, and is seen not to be `passed`: a default of its own is none to modules (`applyModuleArgs`,
    /// lib/modules.nix of nixpkgs).
    fn unpassed(&self, module: &Value, passed: &Value) -> Vec<String> {
        let Some(Expr::Lambda(lambda)) = module.term().map(|term| &term.expr) else { return Vec::new() };
        let Some(Param::Pattern(pattern)) = lambda.param() else { return Vec::new() };
        let asked = pattern.pat_entries().filter_map(|it| it.ident());
        let is_passed = |name: &String| {
            let bound = self.follower.lookup(passed, &[name]);
            BY_NIXOS.contains(&name.as_str()) || bound.is_bound() || !bound.unreadable.is_empty()
        };
        asked.map(|name| name.to_string()).filter(|name| !is_passed(name)).collect()
    }
}

/// What a module is called that can't be read: `inputs.x.nixosModules.y`, also where a `let` inherits `y` from that.
fn name(module: &Term) -> Option<String> {
    let said = module.expr.syntax().text().to_string();
    match &module.expr {
        Expr::Select(_) => Some(said),
        Expr::Ident(name) => match inherited_from(&said, &binder(&said, name.syntax())?)? {
            from @ (Expr::Ident(_) | Expr::Select(_)) => Some(format!("{}.{said}", from.syntax().text())),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a module is a set on a condition.
fn is_conditional(module: &Expr) -> bool {
    matches!(module, Expr::Apply(call) if called(call).as_deref() == Some("mkIf") && conditional(call).is_some())
}

/// Whether a module is a file of NixOS's own: `"${modulesPath}/profiles/qemu-guest.nix"`.
fn is_of_nixos(module: &Expr) -> bool {
    match module {
        Expr::Paren(it) => it.expr().is_some_and(|it| is_of_nixos(&it)),
        Expr::Str(_) | Expr::BinOp(_) => module.syntax().text().to_string().contains("modulesPath"),
        _ => false,
    }
}

/// Whether a module is one of those of NixOS that make a machine what no agent's is.
fn is_of_another_kind(module: &Expr) -> bool {
    const FOLDERS: [&str; 2] = ["/virtualisation/", "/installer/"];
    let text = module.syntax().text().to_string();
    text.contains("modulesPath")
        && FOLDERS.iter().any(|folder| text.contains(folder))
        && !text.contains("/installer/scan/")
}

/// What NixOS passes every module.
const BY_NIXOS: [&str; 10] = [
    "_class",
    "baseModules",
    "config",
    "extendModules",
    "lib",
    "modulesPath",
    "options",
    "pkgs",
    "specialArgs",
    "utils",
];
