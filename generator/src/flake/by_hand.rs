//! What a person writes for a new host that finds no place: one step after another, by names that are bound there.

use rnix::{SyntaxNode, ast::AttrpathValue};
use rowan::ast::AstNode;

use super::{
    entry::full::{inputs, nixpkgs, of_nixpkgs, with_inputs_bound},
    files::Planned,
    place::{Place, parts},
    reach,
    reading::Reading,
    refusal::Refusal,
    register::register,
};
use crate::{
    edit::Site,
    name::AgentName,
    nix::{
        file::NixFile,
        follow::{Follower, Term, Value},
        scope::is_bound_at,
    },
    path::TreePath,
    settings::{Paths, Settings},
    tree::Tree,
};

/// Where a person writes a host in full.
enum Level {
    /// In the set at this place, by these names above its own.
    Into(Term, String),
    /// Over the value of `nixosConfigurations`.
    Over(Term),
    /// Over the outputs, which aren't written out.
    OverOutputs(Term),
    /// In a module of flake-parts.
    Part,
}

/// The folders that hosts of agents may lie in apart from others: the first that is free is taken.
pub(crate) const APART: [&str; 2] = ["agents", "agent-vms"];

/// Whether a folder is one for agents alone, apart from other hosts.
pub(crate) fn is_apart(folder: &str) -> bool {
    APART.contains(&folder)
}

impl Refusal<'_, '_> {
    /// What is to be written by hand at `place`, whose entries are hosts.
    pub(super) fn among(self, place: &Place) -> String {
        let level = match &place.site {
            Site::Set(set) => Level::Into(place.term.with(set.clone().into()), place.opening.to_owned()),
            _ => self.level(),
        };
        self.by_hand(&level, &self.paths.hosts, Vec::new())
    }

    /// What is to be written by hand wherever hosts may be.
    pub(super) fn in_full(self) -> String {
        if self.reading.places.unreadable.iter().any(|term| self.may_take_folder(term)) {
            return self.apart();
        }
        self.beside()
    }

    fn beside(self) -> String {
        self.by_hand(&self.level(), &self.paths.hosts, Vec::new())
    }

    /// Whether what isn't understood may make hosts of what lies where the new one would.
    pub(super) fn may_take_folder(self, unread: &Term) -> bool {
        let Reading { follower, places, .. } = self.reading;
        reach::may_take(follower, &places.parts, unread, self.paths.hosts.as_str())
    }

    /// The same, where what lies among the other hosts may be read by what isn't understood.
    pub(super) fn apart(self) -> String {
        // What lets agents be lets another.
        let entries = self.reading.follower.entries(&self.paths.hosts);
        let mut hosts = entries.iter().filter_map(|entry| self.paths.host_file.host(&entry.name));
        if hosts.any(|host| AgentName::of_host(host).is_some()) {
            return self.beside();
        }
        let is_read = |path: &TreePath| {
            self.reading.places.modules.iter().any(|(it, reader)| parts::has(it, reader, path))
        };
        let is_free = |folder: &TreePath| {
            !self.reading.follower.is_there(folder) && *folder != self.paths.hosts && !is_read(folder)
        };
        let folder = APART.into_iter().map(TreePath::literal).find(is_free);
        let folder = folder.unwrap_or_else(|| self.paths.hosts.join("agents"));
        let set = format!(
            "set hosts = \"{folder}\" below [paths] of agent-tool.toml, a folder for agents alone that nothing reads"
        );
        if self.is_registered_in(&folder) {
            return format!("{set}, then run this again");
        }
        self.by_hand(&self.level(), &folder, vec![set])
    }

    /// Whether the tool itself registers the new host where hosts lie in `folder`, apart.
    fn is_registered_in(self, folder: &TreePath) -> bool {
        if is_apart(self.paths.hosts.as_str()) {
            return false;
        }
        let tree = self.files.tree;
        let paths = Paths { hosts: folder.clone(), ..self.paths.clone() };
        let apart = Tree::with_settings(tree.root(), Settings { paths, ..tree.settings().clone() });
        apart.is_ok_and(|tree| register(&Planned::none(&tree), self.host).is_ok())
    }

    /// Where a host in full is seen as one, whatever else the flake is made of.
    fn level(self) -> Level {
        let places = &self.reading.places;
        // What has looked at as much as it may sees no more.
        let fresh = Follower::new(self.files, &self.paths.flake);
        let sees = |it: &&Follower<'_>| self.outputs(it).is_some_and(|outputs| outputs.term().is_some());
        let follower = Some(&self.reading.follower).filter(sees).unwrap_or(&fresh);
        let outputs = self.outputs(follower);
        let Some(whole) = outputs
            .as_ref()
            .and_then(Value::term)
            .filter(|_| places.parts.is_empty() && places.modules.is_empty())
        else {
            return Level::Part;
        };
        let hosts = follower.lookup(&Value::Term(whole.clone()), &["nixosConfigurations"]);
        let is_bound =
            |term: &&Term| term.expr.syntax().parent().is_some_and(|it| AttrpathValue::can_cast(it.kind()));
        // What a function says of every host, or of every folder, is no place for a single one.
        let around = whole.bodies();
        let is_once = |term: &&Term| term.bodies().iter().all(|body| around.iter().any(|it| it.is(body)));
        let bound = hosts.written.iter().filter_map(Value::term).filter(is_once).find(is_bound);
        let siblings = hosts.dotted.iter().map(|(term, _)| term).find(is_once);
        let opening = places.openings.iter().map(|opening| &opening.term).find(is_once);
        match (bound, siblings.or(opening)) {
            _ if !hosts.unreadable.is_empty() => Level::OverOutputs(whole.clone()),
            (Some(hosts), _) => Level::Over(hosts.clone()),
            (None, Some(set)) if hosts.values.is_empty() => {
                Level::Into(set.clone(), "nixosConfigurations.".into())
            }
            _ => Level::OverOutputs(whole.clone()),
        }
    }

    /// What the flake gives.
    fn outputs(self, follower: &Follower<'_>) -> Option<Value> {
        let flake = follower.file(&self.paths.flake)?;
        let outputs = follower.lookup(&flake, &["outputs"]).values.into_iter().next()?;
        Some(follower.body(&outputs))
    }

    /// The steps that a person takes at `level`, for a host that lies in the folder `hosts`, and `first` others.
    fn by_hand(self, level: &Level, hosts: &TreePath, mut steps: Vec<String>) -> String {
        let module = self.paths.host_file.of(hosts, self.host).module();
        let (term, reference) = match level {
            Level::Part => (None, format!("\"${{inputs.self}}/{module}\"")),
            Level::Into(term, _) | Level::Over(term) | Level::OverOutputs(term) => {
                (Some(term), term.file.path().reference(&module))
            }
        };
        let at = term.map(|term| term.expr.syntax());
        let inputs = term.and_then(|term| {
            let bound = inputs(term.expr.syntax());
            if bound.is_none() {
                steps.push(bind_inputs(&term.file, term.expr.syntax()));
            }
            bound
        });
        let inputs = inputs.unwrap_or_else(|| "inputs".into());
        let nixpkgs = self.nixpkgs(at, &inputs);
        let passed =
            if inputs == "inputs" { "inherit inputs;".into() } else { format!("inputs = {inputs};") };
        let entry = format!(
            "{} = {nixpkgs}.lib.nixosSystem {{ system = \"x86_64-linux\"; modules = [ {reference} ]; specialArgs = {{ {passed} }}; }};",
            self.host
        );
        steps.push(match level {
            Level::Into(term, above) => format!("bind in the set at {}: `{above}{entry}`", term.location()),
            Level::Over(term) => {
                format!("merge over the hosts that {} gives: `(…) // {{ {entry} }}`", term.location())
            }
            Level::Part => {
                format!("bind in a module of flake-parts that takes `inputs`: `flake.nixosConfigurations.{entry}`")
            }
            Level::OverOutputs(term) => format!(
                "merge over the outputs that {} gives: `{nixpkgs}.lib.recursiveUpdate (…) {{ nixosConfigurations.{entry} }}`",
                term.location()
            ),
        });
        if nixpkgs.ends_with(UNKNOWN) {
            steps.push(self.choose_nixpkgs());
        }
        format!("{}; then run this again", steps.join("; "))
    }

    /// What nixpkgs is called where `at` stands, if that can be told.
    fn nixpkgs(self, at: Option<&SyntaxNode>, inputs: &str) -> String {
        let is_bound = |name: &str| at.is_some_and(|at| is_bound_at(name, at));
        match nixpkgs(&self.reading.follower, &self.paths.flake) {
            Some(name) if is_bound(&name) => name,
            None if is_bound("nixpkgs") => "nixpkgs".into(),
            name => format!("{inputs}.{}", name.as_deref().unwrap_or(UNKNOWN)),
        }
    }

    fn choose_nixpkgs(self) -> String {
        let names = of_nixpkgs(&self.reading.follower, &self.paths.flake);
        let which = if names.is_empty() { String::new() } else { format!(": {}", names.join(" or ")) };
        format!("write for {UNKNOWN} the input that makes it{which}")
    }
}

/// What stands for the input that is nixpkgs where that can't be told.
const UNKNOWN: &str = "NIXPKGS";

/// How `inputs` is to be bound where `at` stands in `file`.
pub(super) fn bind_inputs(file: &NixFile, at: &SyntaxNode) -> String {
    match with_inputs_bound(at) {
        Some(pattern) => format!("write `outputs = {pattern}`"),
        None => format!("pass `inputs` on to {}", file.path()),
    }
}
