//! What a new host comes to: whether its own files are among its modules, and what they are passed.

use std::collections::{BTreeSet, HashSet};

use rnix::ast::{Attr, Expr, HasEntry, PathRel, Select};
use rowan::{TextRange, ast::AstNode};

use super::{
    asked::{self, Module},
    in_use::{is_a_file, is_left_out, is_read},
    own_options,
    place::Place,
    reading::Host,
};
use crate::{
    host_file::HostFiles,
    nix::{
        follow::{Follower, Term, Value, update},
        literal,
    },
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
    pub(super) missing: Vec<String>,
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
        let reading = Reading { follower, own, is_there, passed: None, is_sure: true };
        let bodies: Vec<_> = host.innermost().iter().flat_map(Term::bodies).collect();
        let ranges: HashSet<_> =
            bodies.iter().map(|it| (it.file.path(), it.expr.syntax().text_range())).collect();
        for body in &bodies {
            let of_file = ranges.iter().filter(|(path, _)| *path == body.file.path());
            let others: Vec<_> = of_file.map(|(_, range)| *range).collect();
            reading.named(body, &others, &mut system);
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
    let reading = Reading { follower, own, is_there: &is_there, passed, is_sure: true };
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

/// What `function` reads, of what won't be there, when it is applied to the name of a new host.
pub(super) fn missing_to(
    follower: &Follower<'_>,
    function: &Value,
    own: &HostFiles,
    is_there: &dyn Fn(&TreePath) -> bool,
) -> Vec<String> {
    let mut system = System::default();
    let reading = Reading { follower, own, is_there, passed: None, is_sure: true };
    if let Some(Value::Term(body)) = follower.apply(function, Value::Text(own.name.clone())) {
        reading.named(&body, &[], &mut system);
    }
    system.missing
}

struct Reading<'a> {
    follower: &'a Follower<'a>,
    own: &'a HostFiles,
    is_there: &'a dyn Fn(&TreePath) -> bool,
    /// What modules in files of their own are passed, where these are read, too.
    passed: Option<Value>,
    /// Whether what is looked at is there for certain.
    is_sure: bool,
}

impl Reading<'_> {
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
        let passed = passed.unwrap_or_else(|| Value::Text(String::new()));
        let (reading, mut whole) = (Reading { passed: Some(passed), ..*self }, System::default());
        for modules in &modules {
            reading.modules(modules, &mut whole, DEPTH);
        }
        system.asked = asked::unsaid(&whole.modules);
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
        let module = self.follower.body(module);
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
        if (self.own.has(place) || self.is_named(place))
            && path.as_ref().is_some_and(|path| !(self.is_there)(path))
            && !system.missing.iter().any(|missing| missing == place)
        {
            system.missing.push(place.to_owned());
        }
        let Some(passed) = &self.passed else { return };
        let module = path.and_then(|path| self.follower.file(&path));
        let Some(module) = module.and_then(|module| self.follower.apply(&module, passed.clone())) else {
            return;
        };
        if let Value::Term(body) = &module {
            self.named(body, &[], system);
        }
        self.module(&module, system, depth);
    }

    /// What the body of a function reads by the host's name whether it is there or not, but in those of `others` that are
    /// within it, where more is known.
    fn named(&self, body: &Term, others: &[TextRange], system: &mut System) {
        let range = body.expr.syntax().text_range();
        let inner: Vec<_> = others.iter().filter(|it| **it != range && range.contains_range(**it)).collect();
        let is_inner = |expr: &Expr| inner.iter().any(|it| it.contains_range(expr.syntax().text_range()));
        let text = body.expr.syntax().text().to_string();
        let exprs = body.expr.syntax().descendants().filter_map(Expr::cast);
        for expr in exprs.filter(|expr| !is_inner(expr)) {
            let missing = match &expr {
                Expr::Select(it) if !text.contains(" ? ") => self.missing_attribute(body, it),
                Expr::PathRel(_) | Expr::BinOp(_) | Expr::Str(_)
                    if is_read(&expr) && !text.contains("pathExists") =>
                {
                    self.missing_file(&Value::Term(body.with(expr.clone())))
                }
                Expr::Apply(_) if is_a_file(&expr) && !text.contains("pathExists") => {
                    self.missing_file(&Value::Term(body.with(expr.clone())))
                }
                _ => None,
            };
            let is_new = |it: &String| !system.missing.contains(it) && !is_left_out(body, &expr);
            let missing = missing.filter(is_new);
            system.missing.extend(missing);
        }
    }

    fn missing_file(&self, path: &Value) -> Option<String> {
        let place = self.follower.place(path)?;
        let there = TreePath::new(place.clone()).is_ok_and(|path| (self.is_there)(&path));
        (self.is_named(&place) && !there).then_some(place)
    }

    /// Whether what lies at `place` is called as the host.
    fn is_named(&self, place: &str) -> bool {
        place.split(|c: char| c != '-' && !c.is_alphanumeric()).any(|part| part == self.own.name)
    }

    /// `set.${name}`, where the set isn't seen to have that.
    fn missing_attribute(&self, body: &Term, select: &Select) -> Option<String> {
        let attrs: Vec<_> = select.attrpath()?.attrs().collect();
        let is_named = |attr: &Attr| {
            literal::attribute(attr).is_none()
                && self.follower.attribute(body, attr).as_deref() == Some(self.own.name.as_str())
        };
        if select.default_expr().is_some() || !attrs.iter().any(is_named) {
            return None;
        }
        let value = Value::Term(body.with(Expr::Select(select.clone())));
        let is_bound = !matches!(self.follower.reduce(&value), Value::Term(term) if term.expr == Expr::Select(select.clone()));
        let text = select.syntax().text().to_string();
        // The host is there once it is registered.
        (!is_bound && !text.contains("nixosConfigurations")).then_some(text)
    }
}

/// A file that a host's entry names by its name, and that is not there.
pub(super) fn unmade(
    follower: &Follower<'_>,
    place: &Place,
    host: &Host,
    is_there: &dyn Fn(&TreePath) -> bool,
) -> Option<TreePath> {
    let paths = host.node.descendants().filter_map(PathRel::cast).map(Expr::PathRel);
    let mut named = paths.filter_map(|path| {
        let path = TreePath::new(follower.place(&Value::Term(place.term.with(path)))?).ok()?;
        let is_file = path.as_str().rsplit('/').next()?.contains('.');
        (is_file && path.as_str().contains(&host.name)).then_some(path)
    });
    named.find(|path| !is_there(path))
}
