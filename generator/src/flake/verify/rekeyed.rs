//! Whether a flake gives agenix-rekey all its hosts, one that has no module of it among them.
//!
//! It rekeys nothing before each of them has its options: apps/rekey.nix of <https://github.com/oddlama/agenix-rekey>.

use rnix::ast::{Attr, Expr, HasEntry};
use rowan::ast::AstNode;

use super::system;
use crate::{
    error::Location,
    flake::{
        Registration,
        files::{Edited, Planned},
        place::{Maker, via::made},
        reading::Reading,
        unfound::HOSTS,
    },
    nix::{
        follow::{DirEntry, Follower, Term, Value, last_name},
        literal,
    },
};

/// What it is called as an input, and its options in modules of flake-parts.
const NAME: &str = "agenix-rekey";

/// Where a flake gives it all hosts.
pub(crate) fn gives_all(files: &Planned<'_>, reading: &Reading<'_>) -> Option<Location> {
    let follower = &reading.follower;
    let read = files.all_with_word(NAME).into_iter().filter_map(|path| follower.file(&path)?.term().cloned());
    let terms = read.flat_map(|file| {
        let exprs = file.expr.syntax().descendants().filter_map(Expr::cast);
        exprs.map(|expr| file.with(expr)).collect::<Vec<_>>()
    });
    let given: Vec<_> = terms.filter_map(|term| Some((given(follower, &term)?, term))).collect();
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
        Expr::AttrSet(_) => said(follower, &Value::Term(term.clone()), &[NAME]),
        Expr::Apply(call) if is_called(&call.lambda()?, "configure") => {
            said(follower, &Value::Term(term.with(call.argument()?)), &[])
        }
        Expr::Select(_) if is_called(&term.expr, "flakeModule") => Some(Given::Default),
        _ => None,
    }
}

/// The hosts that a set says, in what is there at `path`.
fn said(follower: &Follower<'_>, set: &Value, path: &[&str]) -> Option<Given> {
    let option = |option: &&str| follower.select(set, &[path, &[*option]].concat());
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

/// Whether these are the flake's hosts as they are: called so on the way to what they come to.
fn are_all(follower: &Follower<'_>, hosts: &Value) -> bool {
    const STEPS: usize = 8;
    let mut steps = std::iter::successors(Some(hosts.clone()), |hosts| follower.next(hosts)).take(STEPS);
    steps.any(|step| step.term().and_then(|term| last_name(&term.expr)).as_deref() == Some(HOSTS))
}

/// Whether a new host, as it was registered, is seen to be given a module of it.
pub(crate) fn has_its_module(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    registration: &Registration,
    host: &str,
) -> bool {
    let paths = &files.tree.settings().paths;
    let is_given = |follower: &Follower<'_>, made: Value| {
        let others = system(files, follower, &made, host).whole.others;
        others.iter().flatten().any(|module| module.contains(NAME))
    };
    let edited: Vec<_> = registration.file.iter().chain(&registration.importer).cloned().collect();
    if !edited.is_empty() {
        let overlay = Edited { planned: files, files: &edited, own: Some(paths.host_files(host).file) };
        let Ok(reading) = Reading::of(files, &overlay) else { return false };
        let made = reading.find(host).and_then(|(place, entry)| reading.made(place, entry));
        return made.is_some_and(|made| is_given(&reading.follower, made));
    }
    let folder = reading.places.folders.iter().find(|folder| folder.path == paths.hosts.as_str());
    let entry = DirEntry::of_host(&paths.host_file, host);
    folder.is_some_and(|folder| match &folder.maker {
        Maker::Via(via) => made(&reading.follower, via, &entry.name, &entry.kind())
            .is_some_and(|(_, made)| is_given(&reading.follower, made)),
        Maker::Framework(framework) => {
            let modules = framework.modules.iter();
            modules.into_iter().any(|folder| !reading.follower.files_with_word(folder, NAME).is_empty())
        }
    })
}
