//! A host in full: a call of `nixosSystem`, by names that are bound where it stands.

use std::collections::{BTreeMap, BTreeSet};

use rnix::{
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, BinOpKind, Expr, HasEntry, Lambda, Param},
};
use rowan::ast::AstNode;

use super::{
    alike::is_of_one_machine,
    passed::Passed,
    shared::{said, shared_items},
    sibling::Sibling,
    taker::argument,
};
use crate::{
    flake::place::Place,
    host_file::HostFiles,
    nix::{
        find::keys,
        follow::{Follower, Value},
        literal,
        scope::{binds, is_bound_at, names_from_around, resolve},
    },
    path::TreePath,
};

/// What a new host in full is made of.
pub(crate) struct Full<'a> {
    pub(crate) follower: &'a Follower<'a>,
    pub(crate) place: &'a Place,
    pub(crate) siblings: &'a [Sibling<'a>],
    /// What siblings are passed that is the flake's.
    pub(crate) passed: Passed,
    /// The new host.
    pub(crate) host: &'a str,
    /// Its folder, as the file refers to it.
    pub(crate) folder: &'a str,
    /// What is its own.
    pub(crate) own: &'a HostFiles,
    /// The flake.
    pub(crate) flake: &'a TreePath,
    /// The function that a framework makes its hosts by, where it must be made by that.
    pub(crate) maker: Option<&'static str>,
    /// Whether it is registered in a file of its own, as its siblings are.
    pub(crate) has_own_file: bool,
}

impl Full<'_> {
    /// The function `nixosSystem`: that of most siblings, or else nixpkgs'.
    pub(super) fn function(&self) -> Option<String> {
        let at = self.place.site.syntax()?;
        let bound = |name: &str| self.is_bound(name, at);
        let mut theirs: BTreeMap<String, usize> = BTreeMap::new();
        for (function, _) in self.models().filter_map(Sibling::system) {
            if bound(function.split(['.', ' ']).next().unwrap_or_default()) {
                *theirs.entry(function).or_default() += 1;
            }
        }
        let most = theirs.into_iter().max_by_key(|(_, count)| *count).map(|(function, _)| function);
        most.or_else(|| {
            let of = if let Some(given) = self.nixpkgs_of_calls(at) {
                given
            } else {
                let of_all = self.passed.nixpkgs.clone().filter(|it| self.is_nixpkgs(it));
                let of_all = of_all.or_else(|| bound("nixpkgs").then(|| "nixpkgs".into()));
                let name = of_all.or_else(|| nixpkgs(self.follower, self.flake))?;
                // What a `let` calls so may be what the input's packages are.
                let is_called_so = bound(&name) && (name == "nixpkgs" || resolve(&name, at).is_none());
                if is_called_so { name } else { format!("{}.{name}", inputs(at)?) }
            };
            Some(format!("{of}.lib.nixosSystem"))
        })
    }

    /// The host as a framework makes it that reads options of its own of each.
    pub(super) fn by_framework(&self) -> Option<String> {
        Some(made_by(self.maker?, &inputs(self.place.site.syntax()?)?, self.folder))
    }

    /// What the function is called with, the best first: the host's folder, and the arguments for modules that most of
    /// its siblings have, or else `inputs`.
    pub(super) fn alone(&self) -> impl Iterator<Item = String> {
        let folder = self.folder.to_owned();
        // What siblings say may mention a name that only they bind.
        let special = self.special_arguments();
        let channel = self.channel().unwrap_or_default();
        let mut modules: Vec<_> = self.modules_of_all().map(|it| self.with_folder(&it)).into_iter().collect();
        modules.push(format!("[ {folder} ]"));
        modules.into_iter().flat_map(move |modules| {
            let packages = self.passed.packages.as_deref().unwrap_or_default();
            let in_full = |it: &String| {
                let rec = if self.mentions_platform(it) { "rec " } else { "" };
                format!("{rec}{{ {PLATFORM} {channel} {packages} modules = {modules}; {it} }}")
            };
            special.iter().map(in_full).collect::<Vec<_>>()
        })
    }

    /// The binding of the channel that most siblings name, where what makes hosts takes one by its name, as that of
    /// flake-utils-plus does: what it takes by default may not be there.
    fn channel(&self) -> Option<String> {
        const NAME: &str = "channelName";
        let models: Vec<_> = self.models().collect();
        let named = models.iter().filter_map(|it| {
            let sibling = Value::Term(self.place.term.with(it.value.clone()?));
            self.follower.text(&self.follower.select(&sibling, &[NAME])?)
        });
        let mut named: Vec<_> = named.collect();
        named.sort();
        let most = named.chunk_by(PartialEq::eq).max_by_key(|it| it.len())?;
        let most = most.first().filter(|_| most.len() * 2 > models.len() && !self.place.is_of_hosts())?;
        Some(format!("{NAME} = {};", literal::quote(most)))
    }

    /// Whether bindings mention the platform by a name that only what the host says of itself can bind.
    fn mentions_platform(&self, bindings: &str) -> bool {
        const NAME: &str = "system";
        let Some(set) = literal::set_of(bindings) else { return false };
        let is_bound = || self.place.site.syntax().is_some_and(|at| is_bound_at(NAME, at));
        names_from_around(set.syntax()).iter().any(|it| it.to_string() == NAME) && !is_bound()
    }

    /// The modules that all siblings have, as they are seen to.
    fn modules_of_all(&self) -> Option<String> {
        self.passed.modules.clone().or_else(|| self.modules_of_calls())
    }

    fn is_nixpkgs(&self, input: &str) -> bool {
        of_nixpkgs(self.follower, self.flake).iter().any(|it| it == input)
    }

    /// The nixpkgs that a function of the flake's is given for all siblings.
    fn nixpkgs_of_calls(&self, at: &SyntaxNode) -> Option<String> {
        let models: Vec<_> = self.models().collect();
        let given: Option<BTreeSet<_>> =
            models.iter().map(|it| Some(said(&argument(it.value.as_ref()?, "nixpkgs")?))).collect();
        let mut given = given?.into_iter();
        let (only, others) = (given.next()?, given.next());
        let first = only.split([' ', '.']).next()?;
        let is_one = others.is_none() && models.len() > 1 && is_bound_at(first, at);
        is_one.then(|| only.replace(' ', ""))
    }

    /// The inputs' modules that a function of the flake's is given for all siblings beside its own.
    fn modules_of_calls(&self) -> Option<String> {
        const NAMES: [&str; 3] = ["modules", "extraModules", "extra-modules"];
        let machines: Vec<_> = self.siblings.iter().filter(|it| it.is_machine()).collect();
        let is_of_input = |module: &Expr| {
            let text = module.syntax().text().to_string();
            matches!(module, Expr::Select(_)) && text.contains("nixosModules") && !is_of_one_machine(module)
        };
        NAMES.iter().find_map(|name| {
            let given =
                machines.iter().map(|it| argument(it.value.as_ref()?, name)).collect::<Option<Vec<_>>>()?;
            shared_items(&given, &is_of_input).filter(|shared| given.len() > 1 && shared != "[ ]")
        })
    }

    /// The siblings that a new host is like: what makes other platforms and media may make nothing else.
    pub(super) fn models(&self) -> impl Iterator<Item = &Sibling<'_>> {
        self.siblings.iter().filter(|it| !it.is_computed() && it.is_ordinary())
    }
}

/// What a host in full says of its platform.
pub(super) const PLATFORM: &str = "system = \"x86_64-linux\";";

/// What the whole of the flake's inputs is called where `at` stands.
pub(crate) fn inputs(at: &SyntaxNode) -> Option<String> {
    let whole = outputs(at).and_then(|outputs| match outputs.param()? {
        Param::IdentParam(it) => it.ident(),
        Param::Pattern(it) => it.pat_bind()?.ident(),
    });
    let whole = whole.map(|name| name.syntax().text().to_string());
    // What a `let` calls so may be something else, or all of them and more.
    let is_whole = |it: &Expr| {
        let first = operands(it).first().map(|it| it.syntax().text().to_string());
        first.as_deref() == Some("self.inputs") || first == whole
    };
    if is_bound_at("inputs", at) && resolve("inputs", at).is_none_or(|it| is_whole(&it)) {
        return Some("inputs".into());
    }
    let is_outside = |name: &String| !name.starts_with('_') && name != "inputs" && is_bound_at(name, at);
    let whole = whole.filter(is_outside);
    whole.or_else(|| is_bound_at("self", at).then(|| "self.inputs".into()))
}

/// The binding of `inputs` to what these are called.
pub(super) fn binding_of(inputs: &str) -> String {
    if inputs == "inputs" { "inherit inputs;".to_owned() } else { format!("inputs = {inputs};") }
}

/// The host that a framework's `maker` makes of `module`, with what it doesn't pass by itself; `inputs` are the flake's.
pub(crate) fn made_by(maker: &str, inputs: &str, module: &str) -> String {
    let passed = binding_of(inputs);
    format!(
        "({inputs}.self.{maker} {{ imports = [ {module} ]; nixpkgs.hostPlatform = \"x86_64-linux\"; }}).extendModules \
         {{ specialArgs = {{ {passed} }}; }}"
    )
}

/// What `expr` is merged of.
pub(super) fn operands(expr: &Expr) -> Vec<Expr> {
    match expr {
        Expr::BinOp(it) if it.operator() == Some(BinOpKind::Update) => {
            [it.lhs(), it.rhs()].iter().flatten().flat_map(operands).collect()
        }
        other => vec![other.clone()],
    }
}

/// The function that `outputs` is bound to, around `at`.
fn outputs(at: &SyntaxNode) -> Option<Lambda> {
    let is_outputs = |lambda: &Lambda| {
        let binding = lambda.syntax().parent().and_then(AttrpathValue::cast);
        binding.is_some_and(|it| keys(&it) == [Some("outputs".to_owned())])
    };
    at.ancestors().filter_map(Lambda::cast).find(is_outputs)
}

/// How the parameter of `outputs` is to be written so that `inputs` is bound where `at` stands.
pub(crate) fn with_inputs_bound(at: &SyntaxNode) -> Option<String> {
    let Param::Pattern(pattern) = outputs(at)?.param()? else { return None };
    let names: Vec<_> = pattern.pat_entries().map(|entry| entry.syntax().text().to_string()).collect();
    let rest = pattern.ellipsis_token().map(|_| "...".to_owned());
    let names = names.into_iter().chain(rest).collect::<Vec<_>>().join(", ");
    Some(format!("{{ {names} }}@inputs:"))
}

/// The value that a set binds to `name`.
pub(super) fn bound(set: &AttrSet, name: &str) -> Option<Expr> {
    let here = |binding: &AttrpathValue| binding.attrpath().is_some_and(|path| path.syntax().text() == name);
    set.attrpath_values().find(here)?.value()
}

/// The names that a set inherits from what is around it.
pub(super) fn inherited(set: &AttrSet) -> Vec<String> {
    let inherits = set.inherits().filter(|it| it.from().is_none());
    inherits.flat_map(|it| it.attrs().collect::<Vec<_>>()).filter_map(|it| literal::attribute(&it)).collect()
}

/// The input that is nixpkgs, where that can be told: the one of that name, or else the only one that is by its
/// URL.
pub(crate) fn nixpkgs(follower: &Follower<'_>, flake: &TreePath) -> Option<String> {
    let names = input_names(follower, flake);
    // What only the pattern of `outputs` names is an input by the registry.
    let outputs = follower.file(flake).and_then(|flake| follower.select(&flake, &["outputs"]));
    let is_asked_for = outputs.as_ref().and_then(Value::term).is_some_and(|term| match &term.expr {
        Expr::Lambda(outputs) => outputs.param().is_some_and(|param| binds(&param, "nixpkgs")),
        _ => false,
    });
    let is_there = is_asked_for || names.is_empty() || names.contains("nixpkgs");
    if is_there && !url(follower, flake, "nixpkgs").ends_with(DARWIN) {
        return Some("nixpkgs".into());
    }
    let mut others = of_nixpkgs(follower, flake).into_iter();
    others.next().filter(|_| others.next().is_none())
}

/// How the branches of nixpkgs end that are tested on macOS alone.
const DARWIN: &str = "-darwin";

/// The inputs that are nixpkgs for NixOS by their URL.
pub(crate) fn of_nixpkgs(follower: &Follower<'_>, flake: &TreePath) -> Vec<String> {
    let is_by_url = |name: &String| {
        let url = url(follower, flake, name);
        url.split(['/', ':', '?']).any(|part| part == "nixpkgs") && !url.ends_with(DARWIN)
    };
    input_names(follower, flake).into_iter().filter(is_by_url).collect()
}

/// The URL of an input, in lower case; empty where none is said.
fn url(follower: &Follower<'_>, flake: &TreePath, input: &str) -> String {
    let url = follower.file(flake).and_then(|flake| follower.select(&flake, &["inputs", input, "url"]));
    url.and_then(|url| follower.text(&url)).unwrap_or_default().to_lowercase()
}

fn input_names(follower: &Follower<'_>, flake: &TreePath) -> BTreeSet<String> {
    let Some(flake) = follower.file(flake) else { return BTreeSet::new() };
    let inputs = follower.lookup(&flake, &["inputs"]);
    let sets = inputs.values.iter().filter_map(Value::set);
    let names = sets.flat_map(|(term, set)| follower.names(term, set)).map(|(name, _)| name);
    names.chain(inputs.dotted.iter().filter_map(|(_, binding)| keys(binding).into_iter().nth(1)?)).collect()
}
