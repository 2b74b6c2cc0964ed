//! Options of a flake's own that something reads of every host: one that none of a host's modules declares breaks that.

use rnix::{
    SyntaxNode,
    ast::{BinOp, BinOpKind, Expr, Lambda, Param},
};
use rowan::ast::AstNode;

use super::{
    asked::{Options, Path},
    own_options::is_own,
    reads,
    system::System,
    undeclared,
};
use crate::{
    error::Location,
    flake::{files::Planned, reading::Reading, unfound::HOSTS},
    nix::{
        follow::{Follower, Term, Value, last_name, update, without_parentheses},
        scope::binder,
    },
    path::TreePath,
};

/// The functions that apply another to what a list has, and to what a set has by its names.
const OF_ITEMS: [&str; 6] = ["all", "any", "concatMap", "filter", "genAttrs", "map"];
const OF_SETS: [&str; 5] = ["concatMapAttrs", "filterAttrs", "mapAttrs", "mapAttrs'", "mapAttrsToList"];

/// Where something reads an option of every host that a new one is seen not to have, and which.
pub(crate) fn lacking(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    system: &System,
) -> Option<(Location, String)> {
    let read = read(files, &reading.follower);
    let (option, at) = read.into_iter().find(|(option, _)| system.is_without(option))?;
    Some((at, option.join(".")))
}

/// The options that are read of every host, each with where.
fn read(files: &Planned<'_>, follower: &Follower<'_>) -> Vec<(Path, Location)> {
    let is_of_another =
        |path: &TreePath| path.ancestors().any(|above| files.is_there(&above.join("flake.nix")));
    let paths = files.all_with_word(HOSTS).into_iter().filter(|path| !is_of_another(path));
    let terms = paths.filter_map(|path| follower.file(&path)?.term().cloned());
    let calls = terms.flat_map(Term::within).filter(|it| matches!(it.expr, Expr::Apply(_) | Expr::BinOp(_)));
    let read = calls.filter_map(|call| {
        let options = read_by(follower, &call)?.into_iter();
        Some(options.map(move |option| (option, call.location())).collect::<Vec<_>>())
    });
    read.flatten().collect()
}

/// The options that a call reads of every host for certain.
fn read_by(follower: &Follower<'_>, call: &Term) -> Option<Vec<Path>> {
    let call = follower.call(&Value::Term(call.clone()))?;
    let [first, second] = call.arguments.as_slice() else { return None };
    let all = |value: &Value| Hosts::of(follower, value, DEPTH);
    let (hosts, function) = match (all(second), all(first)) {
        (Some(hosts), _) => (hosts, first),
        (None, hosts) => (hosts?, second),
    };
    let is_applying = match hosts {
        Hosts::Set => OF_SETS.contains(&call.name.as_str()),
        Hosts::List | Hosts::Names => OF_ITEMS.contains(&call.name.as_str()),
    };
    is_applying.then_some(())?;
    let function = follower.reduce(function);
    let Expr::Lambda(function) = &function.term()?.expr else { return None };
    // Who looks whether an option is there reads none that isn't.
    let text = function.syntax().text().to_string();
    let asks = [" ? ", "hasAttr", "tryEval"].iter().any(|word| text.contains(word));
    (!asks).then(|| options(function, hosts))
}

/// Whether these are all hosts of the flake, with what their names come to, or more.
pub(super) fn are_all(follower: &Follower<'_>, hosts: &Value) -> bool {
    Hosts::of(follower, hosts, DEPTH) == Some(Hosts::Set)
}

/// All hosts of the flake, in one way or another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hosts {
    /// The set of them.
    Set,
    /// What it has.
    List,
    /// Their names.
    Names,
}

/// How many names, and calls in one another, are followed to the hosts.
const DEPTH: usize = 8;

impl Hosts {
    /// What of the hosts a value is, where it is of all: what is left out by a condition may be those that lack something.
    fn of(follower: &Follower<'_>, value: &Value, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let of = |value: &Value| Self::of(follower, value, depth);
        let mut value = value.clone();
        for _ in 0..DEPTH {
            let term = value.term()?;
            if are_hosts(&term.expr) {
                return Some(Self::Set);
            }
            if let Some((left, right)) = update(term) {
                return of(&left).or_else(|| of(&right)).filter(|it| *it == Self::Set);
            }
            let Some(next) = follower.next(&value) else { break };
            value = next;
        }
        let call = follower.call(&value)?;
        let made = match call.name.as_str() {
            "removeAttrs" => Self::Set,
            "attrValues" => Self::List,
            "attrNames" => Self::Names,
            _ => return None,
        };
        (of(call.arguments.first()?)? == Self::Set).then_some(made)
    }
}

/// Whether an expression names the flake's own hosts: no input's.
fn are_hosts(expr: &Expr) -> bool {
    if last_name(expr).as_deref() != Some(HOSTS) {
        return false;
    }
    let text = expr.syntax().text().to_string();
    text == HOSTS || {
        let of = text.trim_end_matches(HOSTS).trim_end_matches('.').rsplit('.').next();
        of.is_some_and(|of| of.contains("self") || matches!(of, "config" | "flake" | "outputs"))
    }
}

/// The options that a function reads of hosts for certain, by what it is given or by their names.
fn options(function: &Lambda, hosts: Hosts) -> Vec<Path> {
    let inner = function.body().map(without_parentheses);
    let (name, host) = match (hosts, inner) {
        (Hosts::Set, Some(Expr::Lambda(inner))) => (Some(function.clone()), Some(inner)),
        (Hosts::Set, _) => return Vec::new(),
        (Hosts::List, _) => (None, Some(function.clone())),
        (Hosts::Names, _) => (Some(function.clone()), None),
    };
    let Some(body) = host.as_ref().or(name.as_ref()).and_then(Lambda::body) else { return Vec::new() };
    let nothing = Options::default();
    let read = reads::of_any(&for_certain(body), &nothing.known()).into_iter();
    let by_name = name.and_then(|it| Some(format!("${{{}}}", ident(&it)?)));
    let options = read.filter_map(|(of, path)| {
        let of_host = host.as_ref().and_then(|host| below(host, &of, &path));
        of_host.or_else(|| {
            let at = path
                .windows(2)
                .position(|it| it.first().is_some_and(|it| it == HOSTS) && it.get(1) == by_name.as_ref())?;
            option(path.get(at + 2..)?)
        })
    });
    options
        .filter(|option| option.first().is_some_and(|first| is_own(first) && !first.contains("${")))
        .collect()
}

/// What of a function's body is read for certain: also what hosts are asked for that aren't another, `a != b && …`.
fn for_certain(body: Expr) -> Vec<SyntaxNode> {
    let is = |it: &BinOp, operator| it.operator() == Some(operator);
    match without_parentheses(body) {
        Expr::BinOp(it) if is(&it, BinOpKind::And) => match (it.lhs().map(without_parentheses), it.rhs()) {
            (Some(Expr::BinOp(left)), Some(right)) if is(&left, BinOpKind::NotEqual) => {
                vec![left.syntax().clone(), right.syntax().clone()]
            }
            _ => vec![it.syntax().clone()],
        },
        body => vec![body.syntax().clone()],
    }
}

/// The option that is read of a host, the parameter of a function.
fn below(function: &Lambda, of: &SyntaxNode, path: &[String]) -> Option<Path> {
    let name = of.text().to_string();
    (binder(&name, of).as_ref() == Some(function.syntax())).then_some(())?;
    match function.param()? {
        Param::IdentParam(_) => option(path),
        Param::Pattern(_) => (name == "config").then(|| path.to_vec()),
    }
}

/// What is read of a host's `config`.
fn option(path: &[String]) -> Option<Path> {
    let (first, rest) = path.split_first()?;
    (first == "config").then(|| rest.to_vec())
}

/// The name of what a function is given.
fn ident(function: &Lambda) -> Option<String> {
    match function.param()? {
        Param::IdentParam(it) => Some(it.ident()?.to_string()),
        Param::Pattern(_) => None,
    }
}

impl System {
    /// Whether a host is seen to have no module that declares an option of the flake's own.
    fn is_without(&self, option: &[String]) -> bool {
        let may_be_of = |module: &Option<String>| match module {
            Some(module) => undeclared::known(module).is_none() || undeclared::may_be_of(module, option),
            None => true,
        };
        self.readable
            && !self.whole.others.iter().any(may_be_of)
            && !self.modules.iter().any(|module| module.may_declare(option))
    }
}
