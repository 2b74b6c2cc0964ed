//! What functions ask of the arguments that make a host.

use rnix::ast::{Apply, Attrpath, Expr, Lambda, Param, Pattern, Select};
use rowan::ast::AstNode;

use super::{
    full::{bound, inherited},
    sibling::Sibling,
};
use crate::{
    flake::place::Place,
    nix::{
        follow::{Follower, Term, Value, without_parentheses},
        literal,
    },
    path::TreePath,
};

/// An argument of what makes hosts that it does without, as it has a default.
pub(super) struct Optional {
    pub(super) name: String,
    /// What it is where it isn't said; nothing where that can't be told.
    default: Option<Term>,
}

/// The arguments without which what makes a host of `sibling` makes one as well; none where that can't be told.
pub(super) fn optional(follower: &Follower<'_>, place: &Place, sibling: &Sibling<'_>) -> Vec<Optional> {
    let function = match sibling.value.clone().map(without_parentheses) {
        Some(Expr::Apply(call)) => maker(follower, place, &call),
        _ => place.via.taker(follower, &sibling.name),
    };
    let Some((body, lambda)) = function.and_then(|it| lambda(follower, &it)) else { return Vec::new() };
    let (pattern, whole) = match lambda.param() {
        Some(Param::Pattern(it)) => (Some(it.clone()), it.pat_bind().and_then(|it| it.ident())),
        Some(Param::IdentParam(it)) => (None, it.ident()),
        None => (None, None),
    };
    let entries = pattern.iter().flat_map(Pattern::pat_entries).filter_map(|entry| {
        let default = Some(body.with(entry.default()?));
        Some(Optional { name: entry.ident()?.syntax().text().to_string(), default })
    });
    let whole = whole.map(|it| it.syntax().text().to_string());
    entries.chain(whole.into_iter().flat_map(|whole| asked_of(&whole, &body))).collect()
}

/// The function that a call says to what a host is: that of `f x`, or of `nixosSystem (f x)`.
fn maker(follower: &Follower<'_>, place: &Place, call: &Apply) -> Option<Value> {
    let function = Value::Term(place.term.with(call.lambda()?));
    match call.argument().map(without_parentheses) {
        Some(Expr::Apply(inner)) if lambda(follower, &function).is_none() => maker(follower, place, &inner),
        _ => Some(function),
    }
}

/// What is taken of the arguments called `whole` only where they have it.
fn asked_of(whole: &str, body: &Term) -> Vec<Optional> {
    let is_of_whole = |expr: Option<Expr>| expr.is_some_and(|expr| expr.syntax().text() == whole);
    let name = |path: Option<Attrpath>| {
        let mut attrs = path?.attrs();
        literal::attribute(&attrs.next().filter(|_| attrs.next().is_none())?)
    };
    let mut optional = Vec::new();
    for expr in body.expr.syntax().descendants().filter_map(Expr::cast) {
        match expr {
            Expr::Select(it) if is_of_whole(it.expr()) => {
                if let (Some(default), Some(name)) = (it.default_expr(), name(it.attrpath())) {
                    optional.push(Optional { name, default: Some(body.with(default)) });
                }
            }
            Expr::HasAttr(it) if is_of_whole(it.expr()) => {
                optional.extend(name(it.attrpath()).map(|name| Optional { name, default: None }));
            }
            _ => {}
        }
    }
    let needed: Vec<_> = needed_of(whole, body).collect();
    optional.retain(|it| it.default.is_none() || !needed.contains(&it.name));
    optional
}

/// What is taken of the arguments called `whole` whether they have it or not.
fn needed_of<'a>(whole: &'a str, body: &Term) -> impl Iterator<Item = String> + 'a {
    let selected = body.expr.syntax().descendants().filter_map(Select::cast);
    let selected = selected.filter(move |it| {
        it.default_expr().is_none() && it.expr().is_some_and(|expr| expr.syntax().text() == whole)
    });
    selected.filter_map(|it| literal::attribute(&it.attrpath()?.attrs().next()?))
}

impl Optional {
    /// Whether it is the platform, and looked up where it isn't said.
    pub(super) fn is_platform_of_a_table(&self) -> bool {
        self.name == "system" && self.default.as_ref().is_some_and(|it| matches!(it.expr, Expr::Select(_)))
    }

    /// Whether it is something that is done where it isn't said.
    pub(super) fn is_on(&self) -> bool {
        self.default.as_ref().is_some_and(|it| it.expr.to_string() == "true")
    }

    /// Whether it is a set of more that modules are passed, and nothing if it isn't said.
    pub(super) fn passes_more(&self) -> bool {
        self.name.to_lowercase().ends_with("args")
            && self.default.as_ref().is_none_or(|it| is_empty(&it.expr))
    }

    /// What others say for it that have file systems of their own, where a file is read by default that says some.
    pub(super) fn without_file_systems(&self, follower: &Follower<'_>, others: &[Expr]) -> Option<String> {
        const OPTIONS: [&str; 2] = ["disko.devices", "fileSystems"];
        let default = self.default.as_ref()?;
        let says_some = |path: Expr| {
            let path = follower.place(&Value::Term(default.with(path)))?;
            let module = follower.file(&TreePath::new(path).ok()?)?;
            let text = module.term()?.file.text();
            Some(OPTIONS.iter().any(|option| text.contains(option)))
        };
        let exprs = default.expr.syntax().descendants().filter_map(Expr::cast);
        let mut paths = exprs.filter(|it| matches!(it, Expr::PathRel(_)));
        let nothing = others.iter().filter_map(|other| argument(other, &self.name)).find(is_empty)?;
        paths.any(|path| says_some(path) == Some(true)).then(|| nothing.syntax().text().to_string())
    }
}

/// Whether a list or a set has nothing.
fn is_empty(expr: &Expr) -> bool {
    matches!(expr, Expr::List(_) | Expr::AttrSet(_)) && expr.syntax().children().next().is_none()
}

/// A call, or a set of arguments, that binds `name` to `value` as well; nothing where it is bound, or no set is said last.
pub(super) fn with_argument(call: &Expr, name: &str, value: &str) -> Option<String> {
    let inner = match call {
        Expr::Paren(it) => it.expr()?,
        Expr::Apply(it) => it.argument()?,
        Expr::AttrSet(set) if bound(set, name).is_none() && !inherited(set).iter().any(|it| it == name) => {
            let text = set.syntax().text().to_string();
            return Some(format!("{} {name} = {value}; }}", text.strip_suffix('}')?));
        }
        _ => return None,
    };
    let (text, range) = (call.syntax().text().to_string(), inner.syntax().text_range());
    let start = usize::from(range.start() - call.syntax().text_range().start());
    let end = start + usize::from(range.len());
    Some(format!("{}{}{}", text.get(..start)?, with_argument(&inner, name, value)?, text.get(end..)?))
}

/// What a function that is written out, and is called in `expr` with a set that is, asks for and isn't given.
pub(crate) fn lacking(follower: &Follower<'_>, term: &Term) -> Option<String> {
    let mut expr = without_parentheses(term.expr.clone());
    while let Expr::Apply(call) = &expr {
        let (function, argument) = (term.with(call.lambda()?), term.with(call.argument()?));
        if let Some(lacking) = lacking_in(follower, &Value::Term(function.clone()), &Value::Term(argument)) {
            return Some(lacking);
        }
        // What `nixosSystem (f x)` is called with is another call.
        let inner = call.argument().map(without_parentheses).filter(|it| matches!(it, Expr::Apply(_)));
        if let Some(lacking) = inner.and_then(|inner| lacking(follower, &term.with(inner))) {
            return Some(lacking);
        }
        expr = without_parentheses(function.expr);
    }
    None
}

/// What `function` asks for and `argument` doesn't have.
pub(crate) fn lacking_in(follower: &Follower<'_>, function: &Value, argument: &Value) -> Option<String> {
    let (body, lambda) = lambda(follower, function)?;
    let argument = follower.reduce(argument);
    argument.set()?;
    let lacks = |name: &str| {
        let bound = follower.lookup(&argument, &[name]);
        !bound.is_bound() && bound.unreadable.is_empty()
    };
    match lambda.param()? {
        Param::Pattern(pattern) => {
            let needed = pattern.pat_entries().filter(|entry| entry.default().is_none());
            needed
                .filter_map(|entry| Some(entry.ident()?.syntax().text().to_string()))
                .find(|name| lacks(name))
        }
        Param::IdentParam(param) => {
            let whole = param.ident()?.syntax().text().to_string();
            let text = body.expr.syntax().text().to_string();
            let asked = |name: &String| text.contains(&format!("{whole} ? {name}"));
            needed_of(&whole, &body).find(|name| lacks(name) && !asked(name))
        }
    }
}

/// What a call binds to `name` in its last argument.
pub(super) fn argument(call: &Expr, name: &str) -> Option<Expr> {
    match call {
        Expr::Paren(it) => argument(&it.expr()?, name),
        Expr::Apply(it) => argument(&it.argument()?, name),
        Expr::AttrSet(set) => bound(set, name),
        _ => None,
    }
}

fn lambda(follower: &Follower<'_>, function: &Value) -> Option<(Term, Lambda)> {
    let Value::Term(term) = follower.reduce(function) else { return None };
    let Expr::Lambda(lambda) = term.expr.clone() else { return None };
    Some((term.with(lambda.body()?), lambda))
}
