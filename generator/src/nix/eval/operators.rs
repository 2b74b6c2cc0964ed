//! The operators.

use std::{cmp::Ordering, rc::Rc};

use rnix::ast::BinOpKind;

use super::{
    error::Fallible,
    expr::Expr,
    machine::Machine,
    value::{Scope, Span, Val},
};

/// An operation on numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

impl Machine<'_> {
    pub(super) fn binary(
        &mut self,
        operator: BinOpKind,
        left: &Rc<Expr>,
        right: &Rc<Expr>,
        scope: Scope,
        at: Span,
    ) -> Fallible<Val> {
        match operator {
            BinOpKind::And => Ok(Val::Bool(self.eval_bool(left, scope)? && self.eval_bool(right, scope)?)),
            BinOpKind::Or => Ok(Val::Bool(self.eval_bool(left, scope)? || self.eval_bool(right, scope)?)),
            BinOpKind::Implication => {
                Ok(Val::Bool(!self.eval_bool(left, scope)? || self.eval_bool(right, scope)?))
            }
            BinOpKind::Add => {
                let left = self.eval(left, scope)?;
                self.check_addable(&left, at)?;
                let right = self.eval(right, scope)?;
                self.add(&left, &right, at)
            }
            BinOpKind::Update => {
                let left = self.eval(left, scope)?;
                if !matches!(left, Val::Attrs(_) | Val::Builtins) {
                    return Err(self.expected(at, "a set", &left));
                }
                let right = self.eval(right, scope)?;
                self.update(&left, &right, at)
            }
            // The others evaluate both sides before they look at the left one, and so does Nix.
            _ => {
                let left = self.eval(left, scope)?;
                let right = self.eval(right, scope)?;
                self.operate(operator, &left, &right, at)
            }
        }
    }

    fn operate(&mut self, operator: BinOpKind, left: &Val, right: &Val, at: Span) -> Fallible<Val> {
        match operator {
            BinOpKind::Concat => self.concat(left, right, at),
            BinOpKind::Equal => self.equal(left, right, at).map(Val::Bool),
            BinOpKind::NotEqual => self.equal(left, right, at).map(|equal| Val::Bool(!equal)),
            BinOpKind::Less => self.less(left, right, at).map(Val::Bool),
            BinOpKind::More => self.less(right, left, at).map(Val::Bool),
            BinOpKind::LessOrEq => self.less(right, left, at).map(|greater| Val::Bool(!greater)),
            BinOpKind::MoreOrEq => self.less(left, right, at).map(|less| Val::Bool(!less)),
            BinOpKind::Sub => self.arithmetic(Arithmetic::Sub, left, right, at),
            BinOpKind::Mul => self.arithmetic(Arithmetic::Mul, left, right, at),
            BinOpKind::Div => self.arithmetic(Arithmetic::Div, left, right, at),
            BinOpKind::Add
            | BinOpKind::Update
            | BinOpKind::And
            | BinOpKind::Or
            | BinOpKind::Implication
            | BinOpKind::PipeLeft
            | BinOpKind::PipeRight => Err(self.beyond(at, "this operator")),
        }
    }

    fn concat(&mut self, left: &Val, right: &Val, at: Span) -> Fallible<Val> {
        match (left, right) {
            (Val::List(left), Val::List(right)) => {
                let items = left.iter().chain(right.iter()).copied().collect();
                self.new_list(items, at)
            }
            (Val::List(_), other) | (other, _) => Err(self.expected(at, "a list", other)),
        }
    }

    fn update(&mut self, left: &Val, right: &Val, at: Span) -> Fallible<Val> {
        match (left, right) {
            (Val::Attrs(left), Val::Attrs(right)) => {
                self.charge(left.len() + right.len(), at)?;
                Ok(Val::Attrs(Rc::new(left.update(right))))
            }
            (Val::Builtins, Val::Attrs(_) | Val::Builtins) | (Val::Attrs(_), Val::Builtins) => {
                Err(self.beyond(at, "the set of all builtins"))
            }
            (Val::Attrs(_) | Val::Builtins, other) | (other, _) => Err(self.expected(at, "a set", other)),
        }
    }

    /// Whether `+` can have this on its left. Nix asks before it evaluates the right side.
    fn check_addable(&mut self, left: &Val, at: Span) -> Fallible<()> {
        match left {
            Val::Int(_) | Val::Float(_) => Ok(()),
            left => self.coerce(left, false, at).map(drop),
        }
    }

    /// `+`, which adds numbers and joins strings and paths: the left side decides.
    fn add(&mut self, left: &Val, right: &Val, at: Span) -> Fallible<Val> {
        match left {
            Val::Int(_) | Val::Float(_) => self.arithmetic(Arithmetic::Add, left, right, at),
            Val::Path(path) => {
                let right = self.coerce(right, false, at)?;
                self.join_path(format!("{path}{right}"), at)
            }
            _ => {
                // A path on the right of a string is copied to the store; of any other, not.
                let joined = self.coerce(left, false, at)?;
                if matches!((left, right), (Val::String(..), Val::Path(_))) {
                    return Err(self.beyond(at, "a path in a string, which Nix copies to its store,"));
                }
                let right = self.coerce(right, false, at)?;
                self.new_string(format!("{joined}{right}"), at)
            }
        }
    }

    pub(super) fn negate(&mut self, operand: &Rc<Expr>, scope: Scope, at: Span) -> Fallible<Val> {
        let operand = self.eval(operand, scope)?;
        self.arithmetic(Arithmetic::Sub, &Val::Int(0), &operand, at)
    }

    pub(super) fn arithmetic(
        &mut self,
        operation: Arithmetic,
        left: &Val,
        right: &Val,
        at: Span,
    ) -> Fallible<Val> {
        match (left, right) {
            (Val::Int(left), Val::Int(right)) => self.integers(operation, *left, *right, at),
            (Val::Int(_) | Val::Float(_), Val::Int(_) | Val::Float(_)) => {
                let (left, right) = (as_float(left), as_float(right));
                if operation == Arithmetic::Div && right == 0.0 {
                    return Err(self.failed(at, "division by zero"));
                }
                let result = match operation {
                    Arithmetic::Add => left + right,
                    Arithmetic::Sub => left - right,
                    Arithmetic::Mul => left * right,
                    Arithmetic::Div => left / right,
                };
                if result.is_finite() {
                    Ok(Val::Float(result))
                } else {
                    Err(self.beyond(at, "a float overflow"))
                }
            }
            (Val::Int(_) | Val::Float(_), other) | (other, _) => Err(self.expected(at, "a number", other)),
        }
    }

    fn integers(&mut self, operation: Arithmetic, left: i64, right: i64, at: Span) -> Fallible<Val> {
        if operation == Arithmetic::Div && right == 0 {
            return Err(self.failed(at, "division by zero"));
        }
        let result = match operation {
            Arithmetic::Add => left.checked_add(right),
            Arithmetic::Sub => left.checked_sub(right),
            Arithmetic::Mul => left.checked_mul(right),
            Arithmetic::Div => left.checked_div(right),
        };
        // Older versions of Nix wrap around, newer ones fail.
        result.map(Val::Int).ok_or_else(|| self.beyond(at, "an integer overflow"))
    }

    /// `<`
    pub(super) fn less(&mut self, left: &Val, right: &Val, at: Span) -> Fallible<bool> {
        match (left, right) {
            (Val::Int(left), Val::Int(right)) => Ok(left < right),
            (Val::Int(_) | Val::Float(_), Val::Int(_) | Val::Float(_)) => {
                Ok(as_float(left).partial_cmp(&as_float(right)) == Some(Ordering::Less))
            }
            (Val::String(left, _), Val::String(right, _)) => Ok(left < right),
            (Val::Path(_), Val::Path(_)) => Err(self.beyond(at, "the order of two paths")),
            (Val::List(left), Val::List(right)) => {
                let (left, right) = (left.clone(), right.clone());
                self.deeper(at, |machine| machine.list_less(&left, &right, at))
            }
            (left, right) => {
                Err(self.failed(at, format!("cannot compare {} with {}", left.kind(), right.kind())))
            }
        }
    }
}

/// As Nix mixes integers with floats: precision may be lost.
#[expect(clippy::cast_precision_loss, reason = "Nix casts to double, too")]
pub(super) fn as_float(number: &Val) -> f64 {
    match number {
        Val::Int(value) => *value as f64,
        Val::Float(value) => *value,
        _ => f64::NAN,
    }
}
