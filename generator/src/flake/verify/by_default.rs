//! What options are by default, as they are declared: by `mkOption`, or by a function that is written for that.

use rnix::ast::{AttrSet, BinOpKind, Expr, HasEntry};
use rowan::ast::AstNode;

use super::asked::{first, path};
use crate::nix::{
    follow::{Follower, Term, Value, last_name, without_parentheses},
    literal,
};

/// What an option is by default.
pub(super) enum ByDefault {
    None,
    Bool(bool),
    Other,
}

impl ByDefault {
    /// What the option is that is declared by `declaration`.
    pub(super) fn of(follower: &Follower<'_>, declaration: &Term) -> Self {
        match written(&declaration.expr) {
            Self::Other => match follower.next(&Value::Term(declaration.clone())) {
                Some(Value::Term(next)) => Self::of(follower, &next),
                _ => Self::Other,
            },
            known => known,
        }
    }
}

fn written(declaration: &Expr) -> ByDefault {
    match without_parentheses(declaration.clone()) {
        Expr::Apply(call) => {
            match (call.lambda().and_then(|it| last_name(&it)).as_deref(), call.argument()) {
                (Some("mkEnableOption"), _) => ByDefault::Bool(false),
                (Some("mkOption"), Some(Expr::AttrSet(set))) => of_set(&set),
                // A function of the flake's own: `mkBoolOpt false "…"`.
                (_, argument) => match (argument.and_then(|it| truth(&it)), call.lambda()) {
                    (Some(value), _) => ByDefault::Bool(value),
                    (None, Some(function @ Expr::Apply(_))) => written(&function),
                    _ => ByDefault::Other,
                },
            }
        }
        Expr::BinOp(it) if it.operator() == Some(BinOpKind::Update) => match (it.lhs(), it.rhs()) {
            (Some(left), Some(Expr::AttrSet(set))) => match of_set(&set) {
                ByDefault::None => written(&left),
                said => said,
            },
            _ => ByDefault::Other,
        },
        _ => ByDefault::Other,
    }
}

/// What `mkOption` is told.
fn of_set(set: &AttrSet) -> ByDefault {
    let bound =
        set.attrpath_values().find(|it| first(&path(it)).is_some_and(|(first, _)| first == "default"));
    let is_inherited =
        set.inherits().flat_map(|it| it.attrs()).any(|it| literal::is_attribute(&it, "default"));
    match bound.map(|it| it.value()) {
        None if is_inherited => ByDefault::Other,
        None => ByDefault::None,
        Some(value) => value.and_then(|it| truth(&it)).map_or(ByDefault::Other, ByDefault::Bool),
    }
}

/// `true` or `false`, be it with a priority.
pub(super) fn truth(value: &Expr) -> Option<bool> {
    match without_parentheses(value.clone()) {
        Expr::Ident(it) => it.syntax().text().to_string().parse().ok(),
        Expr::Apply(call) => {
            let function = call.lambda().and_then(|it| last_name(&it))?;
            matches!(function.as_str(), "mkDefault" | "mkForce").then(|| truth(&call.argument()?))?
        }
        _ => None,
    }
}
