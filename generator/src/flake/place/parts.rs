//! Modules of flake-parts: hosts are below their `flake`, or are made of what is said to their options.

use rnix::ast::{AttrSet, AttrpathValue, Expr, HasEntry, Inherit, List};
use rowan::ast::AstNode;

use super::{Search, condition::Condition, folder, framework, via::Via};
use crate::{
    nix::{
        find::keys,
        follow::{Bound, Follower, Term, Value, is_hidden, last_name},
        literal,
    },
    path::TreePath,
};

/// A module that is imported by its path, as an item of a list.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// The item.
    pub(crate) item: Term,
    /// The file that is imported.
    pub(crate) file: TreePath,
}

/// How deep modules import modules.
pub(super) const IMPORTS: usize = 16;

impl Search<'_> {
    /// A module of flake-parts that is written where the flake calls it, unless it says itself what all hosts are.
    pub(super) fn open_module(&mut self, module: &Value) {
        let Some((term, set)) = module.set() else { return };
        let hosts = self.follower.lookup(module, &["flake", "nixosConfigurations"]);
        if !binds_otherwise(set, "flake") {
            if !hosts.is_bound() && hosts.unreadable.is_empty() {
                self.open(term, set, "flake.nixosConfigurations.");
            }
            return;
        }
        // `flake = let … in { … };` can't be added to by another binding of `flake`, but inside.
        if let Some(flake) = self.follower.select(module, &["flake"])
            && let Some((term, set)) = self.follower.body(&flake).set()
            && self.lacks_hosts(&Value::Term(term.clone()))
        {
            self.open(term, set, "nixosConfigurations.");
        }
    }

    /// A module of flake-parts: hosts are below `flake`, modules import others.
    pub(super) fn module(&mut self, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let value = self.follower.body(value);
        if let Some(place) = self.follower.place(&value) {
            return self.module_file(&place, depth);
        }
        let Value::Term(term) = &value else { return };
        // What several modules import is there once.
        if self.places.parts.iter().any(|part| part.is(term)) {
            return;
        }
        if let Some(call) = self.follower.call(&value) {
            match (call.name.as_str(), call.arguments.as_slice()) {
                // `import-tree ./modules`, `import-tree [ ./hosts ./modules ]`
                ("import-tree", [folders]) => {
                    self.each(folders, &mut |search, folder| search.module_folder(folder, term, depth));
                }
                // `import-tree.filterNot (hasSuffix "flake.nix") ./.`
                ("filter" | "filterNot", [_, folder]) if is_by_import_tree(term) => {
                    self.module_folder(folder, term, depth);
                }
                // `map import-tree [ ./hosts ./modules ]`
                ("map", [function, folders]) if is_import_tree(self.follower, function) => {
                    self.each(folders, &mut |search, folder| search.module_folder(folder, term, depth));
                }
                ("importApply", [file, arguments]) => {
                    let module = self.follower.place(file).and_then(|place| TreePath::new(place).ok());
                    let module = module.and_then(|path| self.follower.file(&path));
                    let module = module.and_then(|it| self.follower.apply(&it, arguments.clone()));
                    match module {
                        Some(module) => self.module(&module, depth),
                        None => self.unreadable(term),
                    }
                }
                // What this makes is said of every platform: no hosts.
                ("mkTransposedPerSystemModule", _) => {}
                ("mkMerge", [list]) => self.each(list, &mut |search, item| search.module(item, depth)),
                ("mkIf", [_, module]) => self.module(module, depth),
                // A function that reads folders reads that one which it is given.
                (_, arguments) => match folder::read_by(self.follower, term, &|_| true) {
                    Some(read) => {
                        let given = arguments.iter().filter_map(|it| self.follower.place(it));
                        let mut given = given.filter_map(|place| TreePath::new(place).ok());
                        let folder = given.find(|place| !place.has_extension("nix"));
                        let folder = folder.map_or(read, |folder| folder.as_str().to_owned());
                        self.module_folder_at(&folder, term, depth);
                    }
                    None => self.unreadable(term),
                },
            }
            return;
        }
        if let Some(module) = imported_of(term) {
            return self.module(&Value::Term(module), depth);
        }
        // What a partition binds is all there is of an output.
        if let Some(partition) = self.follower.select(&value, &["partitionedAttrs", "nixosConfigurations"])
            && let Some(partition) = self.follower.text(&partition)
            && let Some(module) = self.follower.select(&value, &["partitions", &partition, "module"])
        {
            self.module(&module, depth);
        }
        if let Some(framework) = framework::in_module(self.follower, term) {
            self.framework(framework, term);
        }
        for table in framework::tables(self.follower, &value) {
            let via = Via::Mapped(table.make, Box::new(Via::Host));
            self.conditions.extend(table.is_host.as_ref().map(Condition::new));
            table.bound.values.iter().for_each(|set| self.sets(set, &via));
            self.dotted(table.bound.dotted, table.option, &via);
            self.conditions.clear();
        }
        self.places.parts.push(term.clone());
        self.given(&value);
        for above in [&["config", "flake"][..], &["flake"]] {
            // `flake` may be a module itself, with arguments, or several that are merged.
            for flake in self.follower.lookup(&value, above).values {
                let merged = self.follower.call(&flake).filter(|call| call.name == "mkMerge");
                if let Some([list]) = merged.as_ref().map(|call| call.arguments.as_slice()) {
                    self.each_of_outputs(list);
                }
                if flake.term().is_some_and(|flake| matches!(flake.expr, Expr::Lambda(_))) {
                    let bound = self.follower.lookup(&self.follower.body(&flake), &["nixosConfigurations"]);
                    self.bound(bound, "nixosConfigurations");
                }
            }
            let bound = self.follower.lookup(&value, &[above, &["nixosConfigurations"]].concat());
            self.bound(Bound { unreadable: Vec::new(), ..bound }, "nixosConfigurations");
            if let Expr::AttrSet(set) = &term.expr {
                self.computed(term, set, &[above, &["nixosConfigurations"]].concat());
            }
        }
        for imports in self.follower.lookup(&value, &["imports"]).values {
            self.each(&imports, &mut |search, item| {
                search.places.imports.extend(import(search.follower, item));
                search.module(item, depth);
            });
        }
    }

    /// What a module gives to all that ask for it by name: `_module.args.helper = …`.
    fn given(&mut self, module: &Value) {
        let arguments = self.follower.lookup(module, &["_module", "args"]);
        self.give(arguments);
    }

    /// What the flake gives to all modules: `mkFlake { specialArgs = { inherit helper; }; }`.
    pub(super) fn given_by_flake(&mut self, arguments: &Value) {
        let arguments = self.follower.lookup(arguments, &["specialArgs"]);
        self.give(arguments);
    }

    fn give(&mut self, arguments: Bound) {
        for (term, set) in arguments.values.iter().filter_map(Value::set) {
            for (name, _) in self.follower.names(term, set) {
                let value = self.follower.select(&Value::Term(term.clone()), &[&name]);
                self.gives |= value.is_some_and(|value| self.follower.give(&name, value));
            }
        }
        for (term, binding) in arguments.dotted {
            if let (Some(Some(name)), Some(value)) = (keys(&binding).last(), binding.value()) {
                self.gives |= self.follower.give(name, Value::Term(term.with(value)));
            }
        }
    }

    fn module_file(&mut self, place: &str, depth: usize) {
        let Some(path) = TreePath::new(place).ok() else { return };
        if let Some(value) = self.follower.file(&path) {
            self.module(&value, depth);
        }
    }

    /// Every file below a folder is a module, but those below a name that starts with `_`.
    fn module_folder(&mut self, folder: &Value, reader: &Term, depth: usize) {
        match self.follower.place(folder) {
            Some(place) => self.module_folder_at(&place, reader, depth),
            None => self.unreadable(reader),
        }
    }

    pub(super) fn module_folder_at(&mut self, place: &str, reader: &Term, depth: usize) {
        for word in framework::WORDS.into_iter().chain(["nixosConfigurations", "_module.args"]) {
            self.modules_with(word, place, depth);
        }
        self.places.modules.push((place.to_owned(), reader.clone()));
    }

    /// The modules in a folder that have `word` in them, as far as they weren't read yet.
    fn modules_with(&mut self, word: &str, folder: &str, depth: usize) {
        let paths = TreePath::new(folder).map(|folder| self.follower.files_with_word(&folder, word));
        for path in paths.into_iter().flatten() {
            if !is_hidden(folder, &path) && !self.places.parts.iter().any(|part| *part.file.path() == path) {
                self.module_file(path.as_str(), depth);
            }
        }
    }

    /// What all modules say to the options that hosts are made of.
    pub(super) fn options(&mut self) {
        for read in std::mem::take(&mut self.options) {
            let path: Vec<_> = read.path.iter().map(String::as_str).collect();
            let (Some(last), before) = (path.last(), self.places.found.len()) else { continue };
            // Modules that speak of nothing else weren't read.
            for (folder, _) in self.places.modules.clone() {
                path.first().into_iter().for_each(|word| self.modules_with(word, &folder, IMPORTS));
            }
            self.conditions = read.conditions;
            for part in self.places.parts.clone() {
                for above in [&["config"][..], &[]] {
                    let bound = self.follower.lookup(&Value::Term(part.clone()), &[above, &path].concat());
                    for value in &bound.values {
                        self.sets(value, &read.via);
                    }
                    self.dotted(bound.dotted, last, &read.via);
                }
            }
            self.conditions.clear();
            if self.places.found.len() == before {
                self.unreadable(&read.by);
            }
        }
    }
}

/// Whether a call of `mkFlake` may be flake-parts': a flake without that as an input may have such a function of its own.
pub(super) fn may_be_called(follower: &Follower<'_>, call: &Term) -> bool {
    const NAME: &str = "flake-parts";
    let flake = follower.file(follower.flake());
    let Some((_, set)) = flake.as_ref().and_then(Value::set) else { return true };
    let is_of_inputs =
        |it: &AttrpathValue| keys(it).first().is_some_and(|key| key.as_deref() == Some("inputs"));
    let inputs = set.attrpath_values().filter(is_of_inputs).map(|it| it.syntax().text().to_string());
    let inputs: Vec<_> = inputs.collect();
    let names = |text: &str| text.contains(NAME);
    inputs.is_empty() || names(&call.expr.syntax().text().to_string()) || inputs.iter().any(|it| names(it))
}

/// The module of which only what it imports is taken: `(import-tree ./modules).imports`, or by `inherit`.
fn imported_of(term: &Term) -> Option<Term> {
    let module = match &term.expr {
        Expr::Select(select) if last_name(&term.expr).as_deref() == Some("imports") => select.expr(),
        Expr::Ident(_) => term.expr.syntax().parent().and_then(Inherit::cast)?.from()?.expr(),
        _ => None,
    };
    Some(term.with(module?))
}

/// The import that `item` is, where a list has it.
fn import(follower: &Follower<'_>, item: &Value) -> Option<Import> {
    let term =
        item.term().filter(|term| term.expr.syntax().parent().is_some_and(|it| List::can_cast(it.kind())))?;
    let path = TreePath::new(follower.place(item)?).ok()?;
    let file = if path.has_extension("nix") { path } else { path.join("default.nix") };
    Some(Import { item: term.clone(), file })
}

/// The modules whose `config.flake` a term is, which a flake evaluates itself: `(lib.evalModules { modules = …; }).config.flake`.
pub(super) fn evaluated(follower: &Follower<'_>, term: &Term) -> Option<Value> {
    let Expr::Select(select) = &term.expr else { return None };
    let names = select.attrpath()?.attrs().map(|attr| literal::attribute(&attr));
    let is_flake = names.collect::<Option<Vec<_>>>()? == ["config", "flake"];
    let call = follower.call(&Value::Term(term.with(select.expr()?)))?;
    let is_evaluation = is_flake && call.name == "evalModules";
    follower.select(call.arguments.first()?, &["modules"]).filter(|_| is_evaluation)
}

fn is_import_tree(follower: &Follower<'_>, function: &Value) -> bool {
    let function = follower.reduce(function);
    function.term().and_then(|term| last_name(&term.expr)).as_deref() == Some("import-tree")
}

/// Whether a folder of modules, with what `reader` reads it, has one at `path` or below.
pub(in crate::flake) fn has(folder: &str, reader: &Term, path: &TreePath) -> bool {
    let is_read = path.as_str() == folder || path.is_below(folder);
    is_read && !(is_by_import_tree(reader) && is_hidden(folder, path))
}

/// Whether it is import-tree, or a function that it has, that reads a folder.
fn is_by_import_tree(reader: &Term) -> bool {
    reader.expr.syntax().text().to_string().contains("import-tree")
}

/// Whether a set binds `name` to anything that isn't a set written out.
fn binds_otherwise(set: &AttrSet, name: &str) -> bool {
    let here = |key: &Option<String>| key.as_deref() == Some(name);
    let inherited = set.inherits().flat_map(|it| it.attrs()).any(|attr| here(&literal::attribute(&attr)));
    inherited
        || set.attrpath_values().any(|binding| {
            let keys = keys(&binding);
            keys.first().is_some_and(here)
                && keys.len() == 1
                && !matches!(binding.value(), Some(Expr::AttrSet(set)) if set.rec_token().is_none())
        })
}
