//! Calls: functions and what they are applied to, in the ways that people write it.

use std::rc::Rc;

use rnix::ast::{Apply, BinOpKind, Expr};
use rowan::ast::AstNode;

use super::{Follower, Frame, Term, Value};
use crate::{nix::literal, path::TreePath};

/// A function that isn't written out, applied: its last name, and its arguments.
#[derive(Debug)]
pub struct Call {
    /// `genAttrs` of `nixpkgs.lib.genAttrs`.
    pub name: String,
    /// The arguments, in order.
    pub arguments: Vec<Value>,
}

impl Call {
    /// The same by the name that most call it by: `forEach list f` is `map f list`.
    fn plain(mut self) -> Self {
        if self.name == "forEach" && self.arguments.len() == 2 {
            self.name = "map".into();
            self.arguments.reverse();
        }
        self
    }
}

/// The functions that look at what they are given first, or say it, and give the second.
const GIVING_THE_SECOND: [&str; 4] = ["deepSeq", "seq", "trace", "warn"];

impl Follower<'_> {
    /// The call that `value` comes to, if it is one of a function that isn't written out.
    #[must_use]
    pub fn call(&self, value: &Value) -> Option<Call> {
        let mut next = self.reduce(value);
        let mut arguments = Vec::new();
        loop {
            if let Some((function, argument)) = application(&next) {
                arguments.insert(0, argument);
                next = self.reduce(&function);
            } else {
                let term = next.term()?;
                let name = last_name(&term.expr)?;
                return (!arguments.is_empty()).then(|| Call { name, arguments }.plain());
            }
        }
    }

    /// What `pipe x [ f g ]` is written for, which is `g (f x)`, and `flip f x y`, which is `f y x`; and `seq x y`, which is `y`.
    pub(super) fn turned(&self, value: &Value) -> Option<Value> {
        let (function, behind) = application(value)?;
        let (function, first) = application(&function)?;
        let name = function.term().and_then(|term| last_name(&term.expr));
        if name.as_deref().is_some_and(|name| GIVING_THE_SECOND.contains(&name)) {
            return Some(behind);
        }
        if name.as_deref() == Some("pipe") {
            let functions = self.reduce(&behind);
            let functions = functions.term()?;
            let Expr::List(list) = &functions.expr else { return None };
            let apply = |x, f| Value::applied(Value::Term(functions.with(f)), x);
            return Some(list.items().fold(first, apply));
        }
        let (flip, function) = application(&function)?;
        (last_name(&flip.term()?.expr)? == "flip").then_some(())?;
        Some(Value::applied(Value::applied(function, behind), first))
    }

    /// What `function` gives for `argument`, where it is written out, or is `import`.
    pub(super) fn applied(&self, function: &Value, argument: &Value) -> Option<Value> {
        let function = self.reduce(function);
        let term = function.term()?;
        match last_name(&term.expr).as_deref() {
            Some("import") => self.file(&TreePath::new(self.place(argument)?).ok()?),
            _ => entered(term, argument.clone()),
        }
    }
}

/// What `function`, which comes to nothing more, gives for `argument`.
pub(super) fn entered(function: &Term, argument: Value) -> Option<Value> {
    let Expr::Lambda(lambda) = &function.expr else { return constant(function) };
    let (file, node) = (Rc::clone(&function.file), lambda.syntax().clone());
    let frame = Frame { file: Rc::clone(&file), lambda: node, argument, outer: function.scope.clone() };
    Some(Value::Term(Term { expr: lambda.body()?, scope: Some(Rc::new(frame)), file }))
}

/// What `const x` gives for anything.
fn constant(term: &Term) -> Option<Value> {
    let (function, value) = application(&Value::Term(term.clone()))?;
    (last_name(&function.term()?.expr)? == "const").then_some(value)
}

/// The function and the argument of an application, be it `f x`, `x |> f` or `f <| x`.
#[must_use]
pub fn application(value: &Value) -> Option<(Value, Value)> {
    let term = match value {
        Value::Term(term) => term,
        Value::Applied(parts) => return Some((parts.0.clone(), parts.1.clone())),
        Value::Text(_) => return None,
    };
    let (function, argument) = match &term.expr {
        Expr::Apply(it) => (it.lambda()?, it.argument()?),
        Expr::BinOp(it) => match it.operator()? {
            BinOpKind::PipeRight => (it.rhs()?, it.lhs()?),
            BinOpKind::PipeLeft => (it.lhs()?, it.rhs()?),
            _ => return None,
        },
        _ => return None,
    };
    Some((Value::Term(term.with(function)), Value::Term(term.with(argument))))
}

/// The last name of `genAttrs` or `nixpkgs.lib.genAttrs`.
#[must_use]
pub fn last_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Ident(it) => Some(it.ident_token()?.text().to_owned()),
        Expr::Select(it) => literal::attribute(&it.attrpath()?.attrs().last()?),
        Expr::Paren(it) => last_name(&it.expr()?),
        _ => None,
    }
}

/// What `mkDefault` is given; nothing where an expression is no call of it.
#[must_use]
pub fn default(expr: &Expr) -> Option<Expr> {
    match without_parentheses(expr.clone()) {
        Expr::Apply(call) if last_name(&call.lambda()?)? == "mkDefault" => call.argument(),
        _ => None,
    }
}

/// The last name of the function of a call, which may be given one argument before.
#[must_use]
pub fn called(call: &Apply) -> Option<String> {
    match call.lambda()? {
        Expr::Apply(inner) => last_name(&inner.lambda()?),
        function => last_name(&function),
    }
}

/// The condition of `mkIf condition value`, or of `optional` and its like, and the value.
#[must_use]
pub fn conditional(call: &Apply) -> Option<(Expr, Expr)> {
    let Expr::Apply(function) = call.lambda()? else { return None };
    let name = last_name(&function.lambda()?)?;
    (name == "mkIf" || name.starts_with("optional")).then_some(())?;
    Some((function.argument()?, call.argument()?))
}

/// What stands in parentheses, however many, or the expression itself.
#[must_use]
pub fn without_parentheses(mut expr: Expr) -> Expr {
    while let Expr::Paren(paren) = &expr {
        match paren.expr() {
            Some(inner) => expr = inner,
            None => break,
        }
    }
    expr
}

/// The sets that `//` merges.
#[must_use]
pub fn update(term: &Term) -> Option<(Value, Value)> {
    sides(term, BinOpKind::Update)
}

/// The lists that `++` joins.
#[must_use]
pub fn concatenation(term: &Term) -> Option<(Value, Value)> {
    sides(term, BinOpKind::Concat)
}

fn sides(term: &Term, operator: BinOpKind) -> Option<(Value, Value)> {
    let Expr::BinOp(it) = &term.expr else { return None };
    let side = |side: Option<Expr>| side.map(|side| Value::Term(term.with(side)));
    (it.operator() == Some(operator)).then_some(())?;
    Some((side(it.lhs())?, side(it.rhs())?))
}
