//! Whether a flake gives agenix-rekey all its hosts, one that has no module of it among them.
//!
//! It rekeys nothing before each of them has its options: apps/rekey.nix of <https://github.com/oddlama/agenix-rekey>.

use rnix::ast::{Attr, Expr, HasEntry};
use rowan::ast::AstNode;

use super::{others, read_of_all::are_all, system::System};
use crate::{
    error::Location,
    flake::{files::Planned, place::Maker, reading::Reading, unfound::HOSTS},
    nix::{
        follow::{Follower, Term, Value},
        literal,
    },
};

/// What it is called as an input, and its options in modules of flake-parts.
const NAME: &str = "agenix-rekey";

/// Where a flake gives it all hosts.
pub(crate) fn gives_all(files: &Planned<'_>, reading: &Reading<'_>) -> Option<Location> {
    let follower = &reading.follower;
    let read = files.all_with_word(NAME).into_iter().filter_map(|path| follower.file(&path)?.term().cloned());
    let given: Vec<_> =
        read.flat_map(Term::within).filter_map(|term| Some((given(follower, &term)?, term))).collect();
    // What is said to its option stands for what it takes by default.
    let by_default = given.iter().all(|(given, _)| matches!(given, Given::Default));
    let all = given.iter().find(|(given, _)| by_default || matches!(given, Given::All));
    all.map(|(_, term)| term.location())
}

/// The hosts that it is given.
#[derive(Clone, Copy)]
enum Given {
    /// All.
    All,
    /// Some of them.
    Some,
    /// By its module of flake-parts, those that have agenix, as agents' machines do.
    Default,
}

/// The hosts that an expression gives it, if any.
fn given(follower: &Follower<'_>, term: &Term) -> Option<Given> {
    match &term.expr {
        Expr::AttrSet(_) => {
            let said = |path| said(follower, &Value::Term(term.clone()), path);
            said(&[NAME]).or_else(|| said(&["perSystem", NAME]))
        }
        Expr::Apply(call) if is_called(&call.lambda()?, "configure") => {
            said(follower, &Value::Term(term.with(call.argument()?)), &[])
        }
        Expr::Apply(_) if term.expr.syntax().text().to_string().contains(APPS) => {
            let call = follower.call(&Value::Term(term.clone())).filter(|call| call.name == APPS)?;
            let [_, _, hosts] = call.arguments.as_slice() else { return None };
            Some(if are_all(follower, hosts) { Given::All } else { Given::Some })
        }
        Expr::Select(_) if is_called(&term.expr, "flakeModule") => Some(Given::Default),
        _ => None,
    }
}

/// Its function of old, which is given the flake, packages and hosts, and reads each as it does now.
const APPS: &str = "defineApps";

/// The hosts that a set says, in what is there at `path`.
fn said(follower: &Follower<'_>, set: &Value, path: &[&str]) -> Option<Given> {
    // What the name of all hosts stands for is no longer called so.
    let option =
        |option: &&str| follower.lookup(set, &[path, &[*option]].concat()).written.into_iter().next();
    let hosts = [HOSTS, "nodes"].iter().find_map(option)?;
    let is_of_hosts = |attr: Attr| literal::attribute(&attr).as_deref() == Some(HOSTS);
    let inherits = follower.select(set, path).and_then(|set| {
        let (_, set) = set.set()?;
        Some(set.inherits().any(|it| it.from().is_some() && it.attrs().any(is_of_hosts)))
    });
    Some(if inherits == Some(true) || are_all(follower, &hosts) { Given::All } else { Given::Some })
}

/// Whether an expression is `agenix-rekey.NAME`.
fn is_called(expr: &Expr, name: &str) -> bool {
    let text = expr.syntax().text().to_string();
    text.strip_suffix(name).and_then(|text| text.strip_suffix('.')).is_some_and(|of| of.ends_with(NAME))
}

/// Whether a host is seen to be given none of its modules already, as a new one wouldn't be.
pub(crate) fn leaves_one_out(files: &Planned<'_>, reading: &Reading<'_>) -> bool {
    let is_read = |system: &System| system.readable && !system.whole.others.contains(&None);
    others(files, reading).any(|system| is_read(&system) && !system.has_module_of_it())
}

impl System {
    fn has_module_of_it(&self) -> bool {
        self.whole.others.iter().flatten().any(|module| module.contains(NAME))
    }
}

/// Whether a new host, which comes to `system` where that can be read, is seen to be given a module of it.
pub(crate) fn has_its_module(files: &Planned<'_>, reading: &Reading<'_>, system: Option<&System>) -> bool {
    let of_framework = reading.places.folders.iter().filter_map(|folder| match &folder.maker {
        Maker::Framework(framework) if folder.path == files.tree.settings().paths.hosts.as_str() => {
            framework.modules.as_ref()
        }
        _ => None,
    });
    match system {
        Some(system) => system.has_module_of_it(),
        None => of_framework.into_iter().any(|it| !reading.follower.files_with_word(it, NAME).is_empty()),
    }
}
