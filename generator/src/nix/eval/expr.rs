//! Expressions as they are evaluated: variables resolved, strings unescaped, nested definitions merged.

use std::rc::Rc;

use rnix::ast::BinOpKind;

use super::value::{Name, Span, Val};

#[derive(Debug)]
pub(crate) struct Expr {
    pub(super) at: Span,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// A literal, or a builtin that a free variable names.
    Constant(Val),
    /// A variable: so many scopes up, in that slot.
    Variable {
        up: u32,
        slot: u32,
    },
    /// A variable that a `with` must have: how many scopes up they are, innermost first.
    FromWith {
        name: Name,
        up: Vec<u32>,
    },
    /// `"a${b}"`
    Interpolation(Vec<Rc<Expr>>),
    /// `./a/${b}`
    PathInterpolation(Vec<Rc<Expr>>),
    List(Vec<Rc<Expr>>),
    /// `{ }`, which opens a scope where it is recursive.
    Attrs(Bindings),
    /// `let … in body`: the bindings are recursive.
    Let(Bindings, Rc<Expr>),
    With {
        namespace: Rc<Expr>,
        body: Rc<Expr>,
    },
    If {
        condition: Rc<Expr>,
        then: Rc<Expr>,
        otherwise: Rc<Expr>,
    },
    Assert {
        condition: Rc<Expr>,
        body: Rc<Expr>,
    },
    Lambda(Rc<Lambda>),
    Call {
        function: Rc<Expr>,
        arguments: Vec<Rc<Expr>>,
    },
    Select {
        from: Rc<Expr>,
        path: Vec<AttrName>,
        default: Option<Rc<Expr>>,
    },
    HasAttr {
        of: Rc<Expr>,
        path: Vec<AttrName>,
    },
    Not(Rc<Expr>),
    Negate(Rc<Expr>),
    Binary {
        operator: BinOpKind,
        left: Rc<Expr>,
        right: Rc<Expr>,
    },
    /// What this evaluator knows and leaves to Nix, should it be needed at all.
    Beyond(Name),
}

#[derive(Debug)]
pub(crate) enum AttrName {
    Static(Name),
    Dynamic(Rc<Expr>),
}

/// The definitions of a set or a `let`.
#[derive(Debug)]
pub(crate) struct Bindings {
    /// Whether the definitions see each other: they then are a scope, a slot for each in this order.
    pub(super) recursive: bool,
    /// Sorted by name.
    pub(super) statics: Vec<Binding>,
    /// `${name} = value`: in the scope of the definitions, but no part of it.
    pub(super) dynamics: Vec<Dynamic>,
    /// The sets of `inherit (set) …`.
    pub(super) sources: Vec<Rc<Expr>>,
}

#[derive(Debug)]
pub(crate) struct Binding {
    pub(super) name: Name,
    pub(super) at: Span,
    pub(super) value: Bound,
}

#[derive(Debug)]
pub(crate) enum Bound {
    /// `name = value`
    Inner(Rc<Expr>),
    /// `inherit name`: the variable outside.
    Outer(Rc<Expr>),
    /// `inherit (source) name`
    From(usize),
}

#[derive(Debug)]
pub(crate) struct Dynamic {
    pub(super) at: Span,
    pub(super) name: Rc<Expr>,
    pub(super) value: Rc<Expr>,
}

#[derive(Debug)]
pub(crate) struct Lambda {
    pub(super) parameter: Parameter,
    pub(super) body: Rc<Expr>,
}

#[derive(Debug)]
pub(crate) enum Parameter {
    /// `x: body`, which is slot 0.
    Name,
    /// `{ a, b ? c, ... }@args: body`: args is slot 0 where there is one, then the formals in their order.
    Pattern { bound: bool, formals: Vec<Formal>, open: bool },
}

#[derive(Debug)]
pub(crate) struct Formal {
    pub(super) name: Name,
    pub(super) default: Option<Rc<Expr>>,
}
