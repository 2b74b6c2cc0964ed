//! What a new host comes to: whether its own files are among its modules, and what they are passed.

use rnix::ast::Expr;
use rowan::ast::AstNode;

use crate::{
    nix::follow::{Follower, Value, last_name},
    path::TreePath,
};

/// What is known of a host.
#[derive(Debug, Default)]
pub(super) struct System {
    /// Whether it is seen to be a call of `nixosSystem`.
    pub(super) readable: bool,
    /// Whether the folder of the host, or a file in it, is a module.
    pub(super) loads: bool,
    /// Whether its modules are passed `inputs`; nothing where that can't be told.
    pub(super) inputs: Option<bool>,
    /// Whether it is told its platform; nothing where that can't be told.
    pub(super) platform: Option<bool>,
    /// Files of the host that it reads and that won't be there.
    pub(super) missing: Vec<String>,
}

/// How deep modules that are written out import others.
const DEPTH: usize = 8;

impl System {
    /// Reads what `host` comes to; its own files are in `folder`, and `is_there` knows which.
    pub(super) fn of(
        follower: &Follower<'_>,
        host: &Value,
        folder: &TreePath,
        is_there: &dyn Fn(&TreePath) -> bool,
    ) -> Self {
        let mut system = Self::default();
        let host = follower.body(host);
        let Some(call) = follower.call(&host) else { return system };
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("withSystem", [_, function]) => return Self::of(follower, function, folder, is_there),
            (name, [arguments]) if name.ends_with("nixosSystem") => {
                system.readable = true;
                let reading = Reading { follower, folder, is_there };
                reading.arguments(arguments, &mut system);
            }
            _ => {}
        }
        system
    }

    /// What a host whose files are in `folder` would be without; nothing when it has all that it needs.
    pub(super) fn lacks(&self, folder: &TreePath) -> Option<String> {
        if !self.readable {
            None
        } else if !self.loads {
            Some(format!("its modules don't have {folder}"))
        } else if !self.missing.is_empty() {
            Some(format!("it reads {}, which a new host doesn't have", self.missing.join(", ")))
        } else if self.inputs != Some(true) {
            Some("its modules aren't seen to be passed `inputs` by specialArgs".into())
        } else {
            None
        }
    }
}

struct Reading<'a> {
    follower: &'a Follower<'a>,
    folder: &'a TreePath,
    is_there: &'a dyn Fn(&TreePath) -> bool,
}

impl Reading<'_> {
    fn arguments(&self, arguments: &Value, system: &mut System) {
        let follower = self.follower;
        let has = |path: &[&str]| {
            let bound = follower.lookup(arguments, path);
            if bound.is_bound() {
                Some(true)
            } else if bound.unreadable.is_empty() {
                Some(false)
            } else {
                None
            }
        };
        system.inputs = has(&["specialArgs", "inputs"]);
        system.platform = match (has(&["system"]), has(&["pkgs"])) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
        for modules in follower.lookup(arguments, &["modules"]).values {
            self.modules(&modules, system, DEPTH);
        }
        self.missing(&follower.reduce(arguments), system);
    }

    fn modules(&self, modules: &Value, system: &mut System, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let modules = self.follower.reduce(modules);
        let Value::Term(term) = &modules else { return };
        self.missing(&modules, system);
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
                    for argument in &call.arguments {
                        self.modules(argument, system, depth);
                    }
                }
            }
        }
    }

    fn module(&self, module: &Value, system: &mut System, depth: usize) {
        if let Some(place) = self.follower.place(module) {
            system.loads |= self.is_own(&place);
            return;
        }
        if let Some(call) = self.follower.call(module)
            && let ("import", [file]) = (call.name.as_str(), call.arguments.as_slice())
        {
            system.loads |= self.follower.place(file).is_some_and(|place| self.is_own(&place));
            return;
        }
        let module = self.follower.body(module);
        let Some((term, _)) = module.set() else { return };
        system.loads |= self.is_own(term.file.path().as_str());
        let passes = |path: &[&str]| self.follower.lookup(&module, path).is_bound();
        if passes(&["_module", "args", "inputs"]) {
            system.inputs = Some(true);
        }
        if passes(&["nixpkgs", "hostPlatform"]) || passes(&["nixpkgs", "pkgs"]) {
            system.platform = Some(true);
        }
        for imports in self.follower.lookup(&module, &["imports"]).values {
            self.modules(&imports, system, depth);
        }
    }

    fn is_own(&self, place: &str) -> bool {
        let folder = self.folder.as_str();
        place == folder || place.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The files of the host that are read below `value` whether they are there or not.
    fn missing(&self, value: &Value, system: &mut System) {
        let Value::Term(term) = value else { return };
        let text = term.expr.syntax().text();
        if !(text.contains_char('$') || text.contains_char('+')) || text.to_string().contains("pathExists") {
            return;
        }
        for expr in term.expr.syntax().descendants().filter_map(Expr::cast) {
            if !matches!(expr, Expr::PathRel(_) | Expr::BinOp(_) | Expr::Str(_)) {
                continue;
            }
            if !is_read(&expr) {
                continue;
            }
            let Some(place) = self.follower.place(&Value::Term(term.with(expr))) else { continue };
            let Ok(path) = TreePath::new(place.clone()) else { continue };
            if self.is_own(&place) && !(self.is_there)(&path) && !system.missing.contains(&place) {
                system.missing.push(place);
            }
        }
    }
}

/// Whether a path is one that is read where it stands: an item of a list of modules, or what `import` is applied to.
fn is_read(path: &Expr) -> bool {
    let mut above = path.syntax().parent().and_then(Expr::cast);
    while let Some(Expr::Paren(paren)) = above {
        above = paren.syntax().parent().and_then(Expr::cast);
    }
    match above {
        Some(Expr::List(_)) => true,
        Some(Expr::Apply(call)) => {
            let function = call.lambda().and_then(|function| last_name(&function));
            function.is_some_and(|name| {
                matches!(name.as_str(), "import" | "readFile" | "readDir" | "importTOML" | "importJSON")
            })
        }
        _ => false,
    }
}
