//! The operators as functions.

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    machine::Machine,
    operators::Arithmetic,
    value::{Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[
    ("add", 2, |machine, arguments, at| calculate(machine, Arithmetic::Add, arguments, at)),
    ("sub", 2, |machine, arguments, at| calculate(machine, Arithmetic::Sub, arguments, at)),
    ("mul", 2, |machine, arguments, at| calculate(machine, Arithmetic::Mul, arguments, at)),
    ("div", 2, |machine, arguments, at| calculate(machine, Arithmetic::Div, arguments, at)),
    ("lessThan", 2, less_than),
];

fn calculate(
    machine: &mut Machine<'_>,
    operation: Arithmetic,
    arguments: &[Thunk],
    at: Span,
) -> Fallible<Val> {
    let left = machine.argument(arguments, 0, at)?;
    let right = machine.argument(arguments, 1, at)?;
    machine.arithmetic(operation, &left, &right, at)
}

fn less_than(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let left = machine.argument(arguments, 0, at)?;
    let right = machine.argument(arguments, 1, at)?;
    machine.less(&left, &right, at).map(Val::Bool)
}
