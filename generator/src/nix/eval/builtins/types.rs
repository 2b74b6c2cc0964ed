//! What kind of value something is.

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    expr::Parameter,
    machine::Machine,
    value::{Attr, Attrs, Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[
    ("isNull", 1, |machine, arguments, at| is(machine, arguments, at, |value| matches!(value, Val::Null))),
    ("isBool", 1, |machine, arguments, at| is(machine, arguments, at, |value| matches!(value, Val::Bool(_)))),
    ("isInt", 1, |machine, arguments, at| is(machine, arguments, at, |value| matches!(value, Val::Int(_)))),
    ("isFloat", 1, |machine, arguments, at| {
        is(machine, arguments, at, |value| matches!(value, Val::Float(_)))
    }),
    ("isString", 1, |machine, arguments, at| {
        is(machine, arguments, at, |value| matches!(value, Val::String(..)))
    }),
    ("isPath", 1, |machine, arguments, at| is(machine, arguments, at, |value| matches!(value, Val::Path(_)))),
    ("isList", 1, |machine, arguments, at| is(machine, arguments, at, |value| matches!(value, Val::List(_)))),
    ("isAttrs", 1, |machine, arguments, at| {
        is(machine, arguments, at, |value| matches!(value, Val::Attrs(_) | Val::Builtins))
    }),
    ("isFunction", 1, |machine, arguments, at| is(machine, arguments, at, Val::is_function)),
    ("typeOf", 1, type_of),
    ("functionArgs", 1, function_args),
];

fn is(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span, test: fn(&Val) -> bool) -> Fallible<Val> {
    Ok(Val::Bool(test(&machine.argument(arguments, 0, at)?)))
}

fn type_of(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    Ok(Val::string(machine.argument(arguments, 0, at)?.type_name()))
}

/// The names that a function's pattern has, and whether each has a default.
fn function_args(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let Val::Closure(closure) = machine.function_argument(arguments, 0, at)? else {
        return machine.new_attrs(Attrs::default(), at);
    };
    let Parameter::Pattern { formals, .. } = &closure.lambda.parameter else {
        return machine.new_attrs(Attrs::default(), at);
    };
    let attrs = formals.iter().map(|formal| {
        let thunk = machine.heap.done(Val::Bool(formal.default.is_some()));
        Attr { name: formal.name.clone(), thunk, at: None }
    });
    let attrs = Attrs::first_wins(attrs.collect());
    machine.new_attrs(attrs, at)
}
