//! What a new host comes to: whether its own files are among its modules, and what they are passed.

use std::collections::{BTreeSet, HashSet};

use rnix::ast::{Expr, HasEntry};
use rowan::ast::AstNode;

use super::{
    asked::{self, Module},
    in_use::is_for_all_secrets,
    missing::Missing,
    own_options,
};
use crate::{
    host_file::HostFiles,
    nix::follow::{Follower, Term, Value, update},
    path::TreePath,
};

/// What is known of a host.
#[derive(Debug, Default)]
pub(super) struct System {
    /// Whether it is seen to be a call of `nixosSystem`.
    pub(super) readable: bool,
    /// Whether the host's own file, or one in the folder of the host where that lies in it, is a module.
    pub(super) loads: bool,
    /// Whether its modules are passed `inputs`; nothing where that can't be told.
    pub(super) inputs: Option<bool>,
    /// The people whom it gives homes, by what home-manager calls them; `None` for one whose name can't be told.
    homes: BTreeSet<Option<String>>,
    /// The people whom it has.
    users: BTreeSet<Option<String>>,
    /// The options of the flake's own that it is said, and whether there are modules to declare them beside its own file.
    own_options: BTreeSet<String>,
    has_others: bool,
    /// What its modules are passed that is seen to throw.
    throwing: Vec<String>,
    /// Its modules that are written out, where those in files of their own are read, too.
    modules: Vec<Module>,
    /// An option that they ask each host for, which none of them says.
    asked: Option<String>,
    /// What it reads of the host's name and what won't be there: files, and attributes of sets.
    missing: Vec<String>,
    /// What its modules are seen to read.
    whole: Whole,
}

/// What is known of the modules of a host, where all are read.
#[derive(Debug, Default)]
struct Whole {
    /// The files that they read by the host's name and that won't be there, each with where.
    missing: Vec<(String, Term)>,
    /// Whether they say secrets to sops-nix, each of which is of the file for all unless it says another.
    has_secrets: bool,
    /// The files that they are in.
    files: BTreeSet<TreePath>,
}

impl Whole {
    /// What is missing: the file for all secrets only where there are some.
    fn missing(&self) -> impl Iterator<Item = &(String, Term)> {
        self.missing.iter().filter(|(_, by)| self.has_secrets || !is_for_all_secrets(&by.expr))
    }
}

/// How deep modules that are written out import others.
const DEPTH: usize = 8;

impl System {
    /// Reads what `host` comes to, whose own files are `own`; `is_there` knows which files there are.
    pub(super) fn of(
        follower: &Follower<'_>,
        host: &Value,
        own: &HostFiles,
        is_there: &dyn Fn(&TreePath) -> bool,
    ) -> Self {
        let mut system = Self::default();
        let host = follower.body(host);
        let reading = Reading { follower, own, is_there, passed: None, is_whole: false, is_sure: true };
        let bodies: Vec<_> = host.innermost().iter().flat_map(Term::bodies).collect();
        let ranges: HashSet<_> =
            bodies.iter().map(|it| (it.file.path(), it.expr.syntax().text_range())).collect();
        for body in &bodies {
            let of_file = ranges.iter().filter(|(path, _)| *path == body.file.path());
            let others: Vec<_> = of_file.map(|(_, range)| *range).collect();
            system.add_missing(reading.missing().to_body(body, &others));
        }
        // What is merged over a host takes nothing of its modules.
        if let Some((host, _)) = host.term().and_then(update) {
            return Self::of(follower, &host, own, is_there);
        }
        let Some(call) = follower.call(&host) else { return system };
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("withSystem", [_, function]) => return Self::of(follower, function, own, is_there),
            (name, [arguments]) if name.ends_with("nixosSystem") => {
                system.readable = true;
                reading.arguments(arguments, &mut system);
            }
            _ => {}
        }
        system
    }

    fn add_missing(&mut self, missing: Vec<String>) {
        for missing in missing {
            if !self.missing.contains(&missing) {
                self.missing.push(missing);
            }
        }
    }

    /// Whether it gives homes to people whom a new host isn't seen to have.
    pub(super) fn homes_of_others(&self) -> bool {
        self.homes.contains(&None) || !self.homes.is_subset(&self.users)
    }

    /// What its modules ask of each host and a new one doesn't say.
    pub(super) fn asks(&self) -> Option<String> {
        let option = self.asked.as_ref()?;
        Some(format!("its modules read the option {option}, and none of them says it"))
    }

    /// What a host whose own files are `own` would be without; nothing when it has all that it needs.
    pub(super) fn lacks(&self, own: &HostFiles) -> Option<String> {
        if !self.readable {
            None
        } else if !self.loads {
            Some(format!("its modules don't have {}", own.place()))
        } else if !self.missing.is_empty() {
            Some(format!("it reads {}, which a new host doesn't have", self.missing.join(", ")))
        } else if let Some((file, by)) = self.whole.missing().next() {
            Some(format!("{} reads {file}, which a new host doesn't have", by.location()))
        } else if let Some(option) = self.own_options.first().filter(|_| !self.has_others) {
            Some(format!("it is said `{option}`, which no module but hosts' own is seen to declare"))
        } else if let Some(why) = self.asks() {
            Some(why)
        } else if let Some(name) = self.throwing.first() {
            Some(format!("its modules are passed `{name}`, which throws for it"))
        } else if self.inputs != Some(true) {
            Some("its modules aren't seen to be passed `inputs` by specialArgs".into())
        } else {
            None
        }
    }
}

/// What the modules in `folder`, of which every folder below it with a `default.nix` is one of each host, ask of one.
pub(super) fn asked_below(follower: &Follower<'_>, own: &HostFiles, folder: &TreePath) -> Option<String> {
    let is_there = |path: &TreePath| follower.is_there(path);
    let passed = Some(Value::Text(String::new()));
    let reading = Reading { follower, own, is_there: &is_there, passed, is_whole: true, is_sure: true };
    let mut system = System::default();
    let mut waiting = vec![folder.clone()];
    while let Some(folder) = waiting.pop() {
        reading.file(folder.join("default.nix").as_str(), &mut system, DEPTH);
        let folders = follower.entries(&folder).into_iter().filter(|entry| entry.is_folder);
        waiting.extend(folders.map(|entry| folder.join(entry.name)));
    }
    system.asked = asked::unsaid(&system.modules);
    system.asks()
}

/// The files that `module`, one of those that `nixosSystem` is given among `arguments`, reads by the name of the host whose
/// own files are `own`, each with where.
pub(super) fn read_by_name(
    follower: &Follower<'_>,
    arguments: &Value,
    module: &Value,
    own: &HostFiles,
) -> Vec<(String, Term)> {
    let reading =
        Reading { follower, own, is_there: &|_| false, passed: None, is_whole: false, is_sure: true };
    let mut system = System::default();
    reading.whole(arguments).module(module, &mut system, DEPTH);
    system.whole.missing().cloned().collect()
}

struct Reading<'a> {
    follower: &'a Follower<'a>,
    own: &'a HostFiles,
    is_there: &'a dyn Fn(&TreePath) -> bool,
    /// What modules in files of their own are passed, where these are read, too.
    passed: Option<Value>,
    /// Whether all modules are read for what they say, and what they read.
    is_whole: bool,
    /// Whether what is looked at is there for certain.
    is_sure: bool,
}

impl Reading<'_> {
    fn missing(&self) -> Missing<'_> {
        Missing { follower: self.follower, own: self.own, is_there: self.is_there }
    }

    fn arguments(&self, arguments: &Value, system: &mut System) {
        let follower = self.follower;
        let inputs = follower.lookup(arguments, &["specialArgs", "inputs"]);
        system.inputs = match (inputs.is_bound(), inputs.unreadable.is_empty()) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        };
        let passed = follower.select(arguments, &["specialArgs"]).map(|passed| follower.reduce(&passed));
        if let Some((term, set)) = passed.as_ref().and_then(Value::set) {
            let names = follower.names(term, set).into_iter().map(|(name, _)| name);
            let throws = names.filter(|name| self.throws(&Value::Term(term.clone()), name));
            system.throwing.extend(throws);
        }
        let modules = follower.lookup(arguments, &["modules"]).values;
        for modules in &modules {
            self.modules(modules, system, DEPTH);
        }
        // A module of all hosts may load each one's own by what it is passed, and may have the people.
        if !system.loads || system.homes_of_others() {
            let passed = follower.select(arguments, &["specialArgs"]);
            let reading = Reading { passed, ..*self };
            system.modules.clear();
            for modules in &modules {
                reading.modules(modules, system, DEPTH);
            }
        }
        let (reading, mut whole) = (self.whole(arguments), System::default());
        for modules in &modules {
            reading.modules(modules, &mut whole, DEPTH);
        }
        system.asked = asked::unsaid(&whole.modules);
        system.whole = whole.whole;
    }

    /// The reading of all modules, with what they are passed, and the host's name.
    fn whole(&self, arguments: &Value) -> Self {
        let passed = self.follower.select(arguments, &["specialArgs"]);
        let passed = passed.unwrap_or_else(|| Value::Text(String::new()));
        let with_name = self.follower.beside("passed.nix", include_str!("passed.nix"));
        let passed = with_name.map_or(passed.clone(), |function| {
            Value::applied(Value::applied(function, Value::Text(self.own.name.clone())), passed)
        });
        Self { passed: Some(passed), is_whole: true, ..*self }
    }

    /// Whether what `set` binds to `name` is seen to throw.
    fn throws(&self, set: &Value, name: &str) -> bool {
        let call = self.follower.select(set, &[name]).and_then(|value| self.follower.call(&value));
        call.is_some_and(|call| matches!(call.name.as_str(), "throw" | "abort"))
    }

    fn modules(&self, modules: &Value, system: &mut System, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let modules = self.follower.reduce(modules);
        let Value::Term(term) = &modules else { return };
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
                if let Some(call) = self.follower.call(&modules) {
                    let condition = call.arguments.first().filter(|_| call.name.starts_with("optional"));
                    let holds = condition.and_then(|condition| self.follower.truth(condition));
                    if holds == Some(false) {
                        return;
                    }
                    let reading = Reading {
                        is_sure: self.is_sure && holds == Some(true),
                        passed: self.passed.clone(),
                        ..*self
                    };
                    for argument in &call.arguments {
                        reading.modules(argument, system, depth);
                    }
                }
            }
        }
    }

    fn module(&self, module: &Value, system: &mut System, depth: usize) {
        if let Some(place) = self.follower.place(module) {
            return self.file(&place, system, depth);
        }
        if let Some(call) = self.follower.call(module) {
            system.has_others = true;
            match (call.name.as_str(), call.arguments.as_slice()) {
                ("import", [file]) => {
                    if let Some(place) = self.follower.place(file) {
                        self.file(&place, system, depth);
                    }
                }
                // What lies in a folder is a module of it.
                ("import-tree" | "listFilesRecursive", [folders]) => self.modules(folders, system, depth),
                // Lists in a list that is flattened.
                ("filter" | "map" | "concatMap", [_, list]) | ("flatten" | "concatLists", [list]) => {
                    self.modules(list, system, depth);
                }
                ("singleton", [module]) => self.module(module, system, depth),
                _ => {}
            }
            return;
        }
        let module = self.entered(module, system);
        if matches!(&module, Value::Term(term) if matches!(term.expr, Expr::List(_))) {
            return self.modules(&module, system, depth);
        }
        let Some((term, set)) = module.set() else {
            system.has_others = true;
            return;
        };
        let read = Module { set: term.with(Expr::AttrSet(set.clone())), is_sure: self.is_sure };
        if system.modules.iter().any(|other| other.is(&read)) {
            return;
        }
        system.modules.push(read);
        system.own_options.extend(own_options::of(set));
        system.loads |= self.own.is_loaded_by(term.file.path().as_str());
        let passes = |path: &[&str]| self.follower.lookup(&module, path).is_bound();
        if passes(&["_module", "args", "inputs"]) {
            system.inputs = Some(true);
        }
        system.homes.extend(self.names(&module, &["home-manager", "users"]));
        system.users.extend(self.names(&module, &["users", "users"]));
        for imports in self.follower.lookup(&module, &["imports"]).values {
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
    fn file(&self, place: &str, system: &mut System, depth: usize) {
        let path = TreePath::new(place).ok();
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
        let Some(module) = self.follower.file(&path) else { return };
        if self.is_whole {
            return self.module(&module, system, depth);
        }
        let Some(module) = self.follower.apply(&module, passed.clone()) else { return };
        if let Value::Term(body) = &module {
            system.add_missing(self.missing().to_body(body, &[]));
        }
        self.module(&module, system, depth);
    }

    /// What a module gives: for what it is passed, where all are read.
    fn entered(&self, module: &Value, system: &mut System) -> Value {
        let Some(passed) = self.passed.as_ref().filter(|_| self.is_whole) else {
            return self.follower.body(module);
        };
        let entered = self.follower.apply(module, passed.clone());
        let module = entered.unwrap_or_else(|| self.follower.reduce(module));
        if let Value::Term(body) = &module
            && self.is_sure
        {
            system.whole.missing.extend(self.missing().to_module(body));
        }
        let says = |path: &[&str]| self.follower.lookup(&module, path).is_bound();
        system.whole.has_secrets |= says(&["sops", "secrets"]) || says(&["config", "sops", "secrets"]);
        self.follower.body(&module)
    }
}
