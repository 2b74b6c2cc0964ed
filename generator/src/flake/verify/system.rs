//! What a new host comes to: whether its own files are among its modules, and what they are passed.

use std::collections::{BTreeSet, HashSet};

use rowan::ast::AstNode;

use super::{
    asked::{Module, Options, Said},
    disks, homes,
    loaded::{DEPTH, Reading, Whole},
    sops, undeclared,
};
use crate::{
    flake::place::framework::Framework,
    host_file::{HostFiles, STATE_VERSION},
    nix::follow::{Follower, Term, Value, update},
    path::TreePath,
};

/// What is known of a host.
#[derive(Debug, Default)]
pub(crate) struct System {
    /// Whether it is seen to be a call of `nixosSystem`.
    pub(crate) readable: bool,
    /// Whether the host's own file, or one in the folder of the host where that lies in it, is a module.
    pub(super) loads: bool,
    /// Whether its modules are passed `inputs`; nothing where that can't be told.
    pub(super) inputs: Option<bool>,
    /// The people whom it gives homes, by what home-manager calls them; `None` for one whose name can't be told.
    pub(super) homes: BTreeSet<Option<String>>,
    /// The people whom it has.
    pub(super) users: BTreeSet<Option<String>>,
    /// The options of the flake's own that it is said, and whether there are modules to declare them beside its own file.
    pub(super) own_options: BTreeSet<String>,
    pub(super) has_others: bool,
    /// What its modules are passed that is seen to throw.
    pub(super) throwing: Vec<String>,
    /// Its modules that can be read.
    pub(super) modules: Vec<Module>,
    /// What keeps them from being a host's that says nothing to them.
    pub(super) asked: Option<String>,
    /// What it reads of the host's name and what won't be there: files, and attributes of sets.
    pub(super) missing: Vec<String>,
    /// What its modules are seen to read.
    pub(super) whole: Whole,
}

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
            for default in follower.defaults(body) {
                system.add_missing(reading.missing().to_body(&default, &[]));
            }
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

    pub(super) fn add_missing(&mut self, missing: Vec<String>) {
        for missing in missing {
            if !self.missing.contains(&missing) {
                self.missing.push(missing);
            }
        }
    }

    /// Takes one of its modules, unless it has that.
    pub(super) fn take(&mut self, module: Module) -> bool {
        let is_new = !self.modules.iter().any(|other| other.is(&module));
        self.modules.extend(is_new.then_some(module));
        is_new
    }

    /// Whether it gives homes to people whom a new host isn't seen to have.
    pub(super) fn homes_of_others(&self) -> bool {
        self.homes.contains(&None) || !self.homes.is_subset(&self.users)
    }

    /// Whether a module may say its release, beside the files that are its `own`.
    pub(crate) fn may_say_release(&self, follower: &Follower<'_>, own: &HostFiles) -> bool {
        let options = Options::of(follower, &self.modules);
        let known = options.known();
        let says = |said: &Said| said.path.join(".") == STATE_VERSION && known.may_be(said);
        let others = self.modules.iter().filter(|module| !own.is_loaded_by(module.set.file.path().as_str()));
        !self.readable
            || self.whole.others.contains(&None)
            || others.flat_map(Module::said).any(|said| says(&said))
    }

    /// What its modules ask of each host and a new one doesn't say.
    pub(super) fn asks(&self) -> Option<String> {
        self.asked.clone()
    }

    /// Why it can't have disks of its own: what it has of `others` says some.
    pub(crate) fn has_disks_of<'o>(
        &self,
        others: &dyn Fn() -> &'o [Self],
        follower: &Follower<'_>,
        own: &HostFiles,
    ) -> Option<String> {
        let said = disks::said_for_it(follower, self, own, others)?;
        Some(format!("{} says disks, which a new host has of its own", said.location()))
    }

    /// What a host whose own files are `own` would be without; nothing when it has all that it needs.
    pub(crate) fn lacks(&self, own: &HostFiles) -> Option<String> {
        if !self.readable {
            None
        } else if !self.loads {
            Some(format!("its modules don't have {}", own.place()))
        } else if !self.missing.is_empty() {
            Some(format!("it reads {}, which a new host doesn't have", self.missing.join(", ")))
        } else if let Some((file, by)) = self.whole.missing().next() {
            Some(format!("{} reads {file}, which a new host doesn't have", by.location()))
        } else if let Some(kind) = &self.whole.kind {
            Some(format!("{} makes it another kind of machine", kind.location()))
        } else if let Some(module) = self.whole.others.iter().flatten().find(|it| is_of_packages_alone(it)) {
            Some(format!("{module} lets none say its platform"))
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

/// Whether a module lets no other say anything of packages or platforms, as an agent's machine does:
/// `nixos/modules/misc/nixpkgs/read-only.nix` of nixpkgs.
pub(super) fn is_of_packages_alone(module: &str) -> bool {
    module.ends_with("nixosModules.readOnlyPkgs")
}

/// What `nixosSystem` is called with, where `host` is seen to be a call of it.
pub(crate) fn arguments(follower: &Follower<'_>, host: &Value) -> Option<Value> {
    let host = follower.body(host);
    if let Some((host, _)) = host.term().and_then(update) {
        return arguments(follower, &host);
    }
    let call = follower.call(&host)?;
    match (call.name.as_str(), call.arguments.as_slice()) {
        ("withSystem", [_, function]) => arguments(follower, function),
        (name, [arguments]) if name.ends_with("nixosSystem") => Some(arguments.clone()),
        _ => None,
    }
}

/// What the modules ask of a host that a framework gives every one: those in a folder, of which every folder below it with a
/// `default.nix` is one, and what it is told to give.
pub(crate) fn asked_by(framework: &Framework, follower: &Follower<'_>, own: &HostFiles) -> Option<String> {
    let is_there = |path: &TreePath| follower.is_there(path);
    let passed = Some(Value::Text(String::new()));
    let reading = Reading { follower, own, is_there: &is_there, passed, is_whole: true, is_sure: true };
    let mut system = System::default();
    let mut waiting: Vec<_> = framework.modules.iter().cloned().collect();
    while let Some(folder) = waiting.pop() {
        reading.file(folder.join("default.nix").as_str(), &mut system, DEPTH);
        let folders = follower.entries(&folder).into_iter().filter(|entry| entry.is_folder);
        waiting.extend(folders.map(|entry| folder.join(entry.name)));
    }
    for given in &framework.given {
        given.values.iter().for_each(|modules| reading.modules(modules, &mut system, DEPTH));
        system.whole.others.extend(given.unreadable.iter().map(|_| None));
    }
    system.whole.others.extend(OF_AGENTS.map(|it| Some(it.to_owned())));
    let disks = || system.has_disks_of(&|| &[], follower, own);
    let options = Options::of(follower, &system.modules);
    let homes = || of_homes(follower, framework, &options, &system);
    unsaid(&options, &system).or_else(|| undeclared(follower, &system)).or_else(disks).or_else(homes)
}

/// What homes that a framework gives every host read of it, and none of its modules says.
fn of_homes(
    follower: &Follower<'_>,
    framework: &Framework,
    options: &Options,
    system: &System,
) -> Option<String> {
    let is_read = !system.whole.others.contains(&None);
    let (at, option) = homes::lacking(follower, &framework.homes, options).filter(|_| is_read)?;
    let at = at.location();
    Some(format!("{at} reads {option} of each, which no module but hosts' own is seen to say"))
}

/// The inputs whose modules an agent's own file imports.
const OF_AGENTS: [&str; 2] = ["agenix", "home-manager"];

/// The files that `module`, one of those that `nixosSystem` is given among `arguments`, reads by the name of the host whose
/// own files are `own`, each with where.
pub(crate) fn read_by_name(
    follower: &Follower<'_>,
    arguments: &Value,
    module: &Value,
    own: &HostFiles,
) -> Vec<(String, Term)> {
    let reading =
        Reading { follower, own, is_there: &|_| false, passed: None, is_whole: false, is_sure: true };
    let mut system = System::default();
    let passed = follower.select(arguments, &["specialArgs"]);
    reading.whole(passed).module(module, &mut system, DEPTH);
    system.whole.missing().cloned().collect()
}

/// The option that the modules of a host ask it for, and none of them says.
fn unsaid(options: &Options, system: &System) -> Option<String> {
    let (option, declared) = options.unsaid(&system.modules)?;
    let at = declared.location();
    Some(format!(
        "its modules read the option {option}, which {at} declares without a default, and none of them says it"
    ))
}

/// The secret that the modules of a host say, of which none says the file.
fn without_file(options: &Options, system: &System) -> Option<String> {
    let is_read = !system.whole.others.contains(&None);
    let at = sops::without_file(options, &system.modules).filter(|_| is_read)?;
    Some(format!("{} says secrets to sops-nix, and no module says the file that they are in", at.location()))
}

/// The option that the modules of a host say, and none of them declares.
fn undeclared(follower: &Follower<'_>, system: &System) -> Option<String> {
    let flake = follower.file(follower.flake())?;
    let text = flake.term()?.file.text();
    let taken = |input: &str| text.contains(&format!("{input}.nixosModules"));
    let (at, option) = undeclared::undeclared(&system.modules, &system.whole.others, &taken)?;
    Some(format!("{} says `{option}`, which no module but hosts' own is seen to declare", at.location()))
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
        let passed = follower.select(arguments, &["specialArgs"]);
        let reduced = passed.as_ref().map(|passed| follower.reduce(passed));
        if let Some((term, set)) = reduced.as_ref().and_then(Value::set) {
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
            let reading = Reading { passed: passed.clone(), ..*self };
            system.modules.clear();
            for modules in &modules {
                reading.modules(modules, system, DEPTH);
            }
        }
        let (reading, mut whole) = (self.whole(passed), System::default());
        let extra = follower.lookup(arguments, &["extraModules"]).values;
        for modules in modules.iter().chain(&extra) {
            reading.modules(modules, &mut whole, DEPTH);
        }
        if follower.lookup(arguments, &["baseModules"]).is_bound() {
            whole.whole.others.push(None);
        }
        let options = Options::of(follower, &whole.modules);
        let undeclared = || undeclared(follower, &whole);
        system.asked =
            unsaid(&options, &whole).or_else(undeclared).or_else(|| without_file(&options, &whole));
        whole.whole.has_packages =
            follower.lookup(arguments, &["pkgs"]).is_bound() || options.known().is_said(&["nixpkgs", "pkgs"]);
        (system.modules, system.whole) = (whole.modules, whole.whole);
    }

    /// Whether what `set` binds to `name` is seen to throw.
    fn throws(&self, set: &Value, name: &str) -> bool {
        let call = self.follower.select(set, &[name]).and_then(|value| self.follower.call(&value));
        call.is_some_and(|call| matches!(call.name.as_str(), "throw" | "abort"))
    }
}
