//! Conditions, as far as they are about texts that are known, and about files.

use rnix::ast::{BinOpKind, Expr, UnaryOpKind};
use rowan::ast::AstNode;

use super::{Call, Follower, Value};
use crate::path::TreePath;

impl Follower<'_> {
    /// Whether `value` is true; nothing where that can't be told.
    #[must_use]
    pub fn truth(&self, value: &Value) -> Option<bool> {
        let value = self.reduce(value);
        if let Some(call) = self.call(&value) {
            let text = |index: usize| self.text(call.arguments.get(index)?);
            return match call.name.as_str() {
                "pathExists" => {
                    Some(self.is_there(&TreePath::new(self.place(call.arguments.first()?)?).ok()?))
                }
                kind @ ("isAttrs" | "isFunction" | "isList" | "isPath" | "isString") => {
                    Some(self.kind(call.arguments.first()?)? == kind)
                }
                "hasPrefix" => Some(text(1)?.starts_with(text(0)?.as_str())),
                "hasInfix" => Some(text(1)?.contains(text(0)?.as_str())),
                "hasSuffix" => Some(text(1)?.ends_with(text(0)?.as_str())),
                "elem" => {
                    let wanted = text(0)?;
                    Some(self.texts(call.arguments.get(1)?)?.contains(&wanted))
                }
                _ => None,
            };
        }
        let term = value.term()?;
        let of = |expr: Option<Expr>| Some(Value::Term(term.with(expr?)));
        match &term.expr {
            Expr::Ident(it) => match it.syntax().text().to_string().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            Expr::HasAttr(it) => {
                let path = it
                    .attrpath()?
                    .attrs()
                    .map(|attr| self.attribute(term, &attr))
                    .collect::<Option<Vec<_>>>()?;
                let bound =
                    self.lookup(&of(it.expr())?, &path.iter().map(String::as_str).collect::<Vec<_>>());
                (bound.is_bound() || bound.unreadable.is_empty()).then_some(bound.is_bound())
            }
            Expr::UnaryOp(it) if it.operator() == Some(UnaryOpKind::Invert) => {
                Some(!self.truth(&of(it.expr())?)?)
            }
            Expr::BinOp(it) => {
                let (left, right) = (of(it.lhs())?, of(it.rhs())?);
                match it.operator()? {
                    BinOpKind::And => match self.truth(&left) {
                        Some(false) => Some(false),
                        left => self.truth(&right).filter(|right| left.is_some() || !right),
                    },
                    BinOpKind::Or => match self.truth(&left) {
                        Some(true) => Some(true),
                        left => self.truth(&right).filter(|right| left.is_some() || *right),
                    },
                    BinOpKind::Equal => self.are_same(&left, &right),
                    BinOpKind::NotEqual => self.are_same(&left, &right).map(|same| !same),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The function that is true of `value` by its kind; nothing where that can't be told.
    fn kind(&self, value: &Value) -> Option<&'static str> {
        let value = self.reduce(value);
        let Value::Term(term) = &value else { return self.text(&value).map(|_| "isString") };
        match &term.expr {
            Expr::AttrSet(_) => Some("isAttrs"),
            Expr::Lambda(_) => Some("isFunction"),
            Expr::List(_) => Some("isList"),
            Expr::PathRel(_) => Some("isPath"),
            Expr::Str(_) => Some("isString"),
            _ => None,
        }
    }

    /// Whether two values are the same: texts that are known, or one of them is `null`.
    fn are_same(&self, left: &Value, right: &Value) -> Option<bool> {
        match (self.is_null(left), self.is_null(right)) {
            (Some(left), Some(right)) if left || right => Some(left == right),
            _ => Some(self.text(left)? == self.text(right)?),
        }
    }

    /// Whether `value` is `null`; nothing where that can't be told.
    fn is_null(&self, value: &Value) -> Option<bool> {
        let value = self.reduce(value);
        let Value::Term(term) = &value else { return self.text(&value).map(|_| false) };
        match &term.expr {
            Expr::Ident(it) => (it.syntax().text() == "null").then_some(true),
            Expr::AttrSet(_)
            | Expr::Lambda(_)
            | Expr::List(_)
            | Expr::Literal(_)
            | Expr::PathRel(_)
            | Expr::Str(_) => Some(false),
            // What makes a system gives one.
            Expr::Apply(_) => match self.call(&value)? {
                Call { name, .. } if name.ends_with("nixosSystem") => Some(false),
                Call { name, arguments } if name == "match" => {
                    Some(!self.matches(arguments.first()?, arguments.get(1)?)?)
                }
                _ => None,
            },
            _ => None,
        }
    }
}
