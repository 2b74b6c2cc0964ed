//! Functions that call themselves: whether one turn is given what another was, as far as that matters to where paths lead.

use std::rc::Rc;

use rnix::ast::{Apply, BinOpKind, Expr, HasEntry, Lambda, Param};
use rowan::ast::AstNode;

use super::{Follower, Frame, Term, Value, last_name, without_parentheses};
use crate::nix::scope::binds;

/// How deep sets that are given are compared.
const DEPTH: usize = 3;

impl Follower<'_> {
    /// Whether two terms are the same expression in turns of the same functions, all of which are given the same kind of
    /// arguments: the same texts, and paths that lead to the same place, or somewhere below the same folder.
    #[must_use]
    pub fn are_turns(&self, one: &Term, other: &Term) -> bool {
        self.are_turns_at(one, other, DEPTH)
    }

    fn are_turns_at(&self, one: &Term, other: &Term, depth: usize) -> bool {
        let is_same = one.expr == other.expr && one.file.path() == other.file.path();
        is_same
            && one.frames().into_iter().zip(other.frames()).all(|frames| match frames {
                (None, None) => true,
                (Some(one), Some(other)) => {
                    Rc::ptr_eq(&one, &other) || self.are_given_alike(&one, &other, depth)
                }
                _ => false,
            })
    }

    /// Whether two turns of a function are given the same kind of argument.
    fn are_given_alike(&self, one: &Frame, other: &Frame, depth: usize) -> bool {
        let param = Lambda::cast(one.lambda.clone()).and_then(|lambda| lambda.param());
        match param {
            // What else there is can't be asked for but as a whole.
            Some(Param::Pattern(pattern)) if pattern.ellipsis_token().is_none() => {
                let names = pattern.pat_entries().filter_map(|it| it.ident());
                names.into_iter().all(|name| {
                    let name = name.syntax().text().to_string();
                    self.have_alike(&one.argument, &other.argument, &name, depth)
                })
            }
            _ => self.are_alike(&one.argument, &other.argument, depth),
        }
    }

    fn have_alike(&self, one: &Value, other: &Value, name: &str, depth: usize) -> bool {
        let (one, other) = (self.lookup(one, &[name]), self.lookup(other, &[name]));
        match (one.values.as_slice(), other.values.as_slice()) {
            ([one], [other]) => self.are_alike(one, other, depth),
            ([], []) => [one, other].iter().all(|it| !it.is_bound() && it.unreadable.is_empty()),
            _ => false,
        }
    }

    /// Whether two values are of the same kind.
    fn are_alike(&self, one: &Value, other: &Value, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let (one, other) = (self.reduce(one), self.reduce(other));
        let leads = |value: &Value| (self.place(value), self.below(value), self.text(value));
        let (there, here) = (leads(&one), leads(&other));
        if there != (None, None, None) || here != (None, None, None) {
            return there == here;
        }
        // What is counted leads nowhere.
        if self.is_counted(&one) && self.is_counted(&other) {
            return self.number(&one) == self.number(&other);
        }
        let (Value::Term(one), Value::Term(other)) = (&one, &other) else { return false };
        match (&one.expr, &other.expr) {
            _ if one.is(other) => true,
            (Expr::AttrSet(set), Expr::AttrSet(_)) if one.expr == other.expr => {
                let values = |term: &Term| Value::Term(term.clone());
                let names = self.names(one, set);
                let are_known =
                    set.attrpath_values().all(|it| names.iter().any(|(_, node)| node == it.syntax()));
                are_known
                    && names
                        .into_iter()
                        .all(|(name, _)| self.have_alike(&values(one), &values(other), &name, depth))
            }
            (Expr::Ident(_), Expr::Ident(_)) => {
                one.expr == other.expr && one.is_unknown() && other.is_unknown()
            }
            (Expr::Lambda(_), Expr::Lambda(_)) => self.are_turns_at(one, other, depth),
            _ => false,
        }
    }

    /// Whether a value is a number that is made of others: `depth - 1`.
    fn is_counted(&self, value: &Value) -> bool {
        let operator = value.term().and_then(|term| match &term.expr {
            Expr::BinOp(it) => it.operator(),
            _ => None,
        });
        matches!(operator, Some(BinOpKind::Sub | BinOpKind::Mul | BinOpKind::Div))
            || self
                .call(value)
                .is_some_and(|call| matches!(call.name.as_str(), "sub" | "add" | "mul" | "div"))
    }
}

impl Term {
    /// What the functions around the expression are applied to, the innermost first; nothing where that isn't known.
    fn frames(&self) -> Vec<Option<Rc<Frame>>> {
        let lambdas = self.expr.syntax().ancestors().filter_map(Lambda::cast);
        let frame = |lambda: Lambda| {
            let mut frames = std::iter::successors(self.scope.clone(), |frame| frame.outer.clone());
            frames.find(|frame| frame.lambda == *lambda.syntax())
        };
        lambdas.map(frame).collect()
    }

    /// Whether it is a parameter of a function that isn't seen to be applied.
    fn is_unknown(&self) -> bool {
        let name = self.expr.syntax().text().to_string();
        let functions = self.expr.syntax().ancestors().filter_map(Lambda::cast).zip(self.frames());
        let mut binding = functions.filter(|(lambda, _)| lambda.param().is_some_and(|it| binds(&it, &name)));
        binding.next().is_some_and(|(_, frame)| frame.is_none())
    }

    /// The call of a file that the expression stands in, which is imported right there: `(import ./hosts.nix inputs) { … }`.
    #[must_use]
    pub fn call_of_file(&self) -> Option<Self> {
        let frames: Vec<_> = self.frames().into_iter().collect::<Option<_>>()?;
        let whole = self.file.value()?;
        (*whole.syntax() == frames.last()?.lambda).then_some(())?;
        let mut function: Option<Self> = None;
        for frame in frames.iter().rev() {
            let argument = frame.argument.term()?;
            let call = Apply::cast(argument.expr.syntax().parent()?)?;
            let called = without_parentheses(call.lambda()?);
            let is_called = match &function {
                Some(function) => called == function.expr,
                None => matches!(&called, Expr::Apply(it) if last_name(&it.lambda()?)? == "import"),
            };
            function = is_called.then(|| argument.with(Expr::Apply(call)));
            function.as_ref()?;
        }
        function
    }
}
