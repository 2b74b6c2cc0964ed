//! What functions ask of the arguments that make a host.

use std::collections::BTreeSet;

use rnix::ast::{Expr, Lambda, Param};
use rowan::ast::AstNode;

use super::{full::bound, place::Place, sibling::Sibling};
use crate::nix::{
    follow::{Follower, Term, Value},
    literal,
};

/// The arguments without which what makes a host of `sibling` makes one as well; none where that can't be told.
pub(super) fn optional(follower: &Follower<'_>, place: &Place, sibling: &Sibling) -> BTreeSet<String> {
    let function = match sibling.value.clone().map(without_parentheses) {
        Some(Expr::Apply(call)) => call.lambda().map(|it| Value::Term(place.term.with(it))),
        _ => place.via.taker(follower, &sibling.name),
    };
    let Some(Param::Pattern(pattern)) = function.and_then(|it| lambda(follower, &it)?.1.param()) else {
        return BTreeSet::new();
    };
    let with_default = pattern.pat_entries().filter(|entry| entry.default().is_some());
    with_default.filter_map(|entry| Some(entry.ident()?.syntax().text().to_string())).collect()
}

/// What a function that is written out, and is called in `expr` with a set that is, asks for and isn't given.
pub(super) fn lacking(follower: &Follower<'_>, term: &Term) -> Option<String> {
    let mut expr = without_parentheses(term.expr.clone());
    while let Expr::Apply(call) = &expr {
        let (function, argument) = (term.with(call.lambda()?), term.with(call.argument()?));
        if let Some(lacking) = lacking_in(follower, &Value::Term(function.clone()), &Value::Term(argument)) {
            return Some(lacking);
        }
        expr = without_parentheses(function.expr);
    }
    None
}

/// What `function` asks for and `argument` doesn't have.
pub(super) fn lacking_in(follower: &Follower<'_>, function: &Value, argument: &Value) -> Option<String> {
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
            let selected =
                body.expr.syntax().descendants().filter_map(rnix::ast::Select::cast).filter(|it| {
                    it.default_expr().is_none()
                        && it.expr().is_some_and(|expr| expr.syntax().text().to_string() == whole)
                });
            let first = selected.filter_map(|it| literal::attribute(&it.attrpath()?.attrs().next()?));
            let asked = |name: &String| text.contains(&format!("{whole} ? {name}"));
            first.into_iter().find(|name| lacks(name) && !asked(name))
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

pub(super) fn without_parentheses(mut expr: Expr) -> Expr {
    while let Expr::Paren(paren) = &expr {
        match paren.expr() {
            Some(inner) => expr = inner,
            None => break,
        }
    }
    expr
}
