//! Failing, catching, and the order of evaluation.

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    machine::Machine,
    value::{Attr, Attrs, Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[
    ("throw", 1, |machine, arguments, at| fail(machine, arguments, at, true)),
    ("abort", 1, |machine, arguments, at| fail(machine, arguments, at, false)),
    ("tryEval", 1, try_eval),
    ("seq", 2, seq),
    ("deepSeq", 2, deep_seq),
    ("trace", 2, seq),
];

fn fail(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span, thrown: bool) -> Fallible<Val> {
    let value = machine.argument(arguments, 0, at)?;
    if matches!(value, Val::Path(_)) {
        return Err(machine.beyond(at, "a path in a message"));
    }
    let message = machine.coerce(&value, false, at)?;
    let message = if thrown { message.to_string() } else { format!("evaluation aborted: {message}") };
    let mut fault = machine.failed(at, message);
    fault.thrown = thrown;
    Err(fault)
}

/// Catches what `throw` and `assert` raise, and only while the argument itself is evaluated, not what is in it.
fn try_eval(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let thunk = machine.thunk(arguments, 0, at)?;
    let (success, value) = match machine.force(thunk, at) {
        Ok(_) => (true, thunk),
        Err(fault) if fault.thrown => (false, machine.heap.done(Val::Bool(false))),
        Err(fault) => return Err(fault),
    };
    let success = machine.heap.done(Val::Bool(success));
    let attrs = [("success", success), ("value", value)];
    let attrs = attrs.map(|(name, thunk)| Attr { name: name.into(), thunk, at: None });
    machine.new_attrs(Attrs::sorted(attrs.into()), at)
}

/// The first argument is evaluated, the second is the result. `trace` also prints, which is nobody's business here.
fn seq(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    machine.argument(arguments, 0, at)?;
    machine.argument(arguments, 1, at)
}

fn deep_seq(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let value = machine.argument(arguments, 0, at)?;
    force_deep(machine, &value, at)?;
    machine.argument(arguments, 1, at)
}

fn force_deep(machine: &mut Machine<'_>, value: &Val, at: Span) -> Fallible<()> {
    machine.step(at)?;
    let thunks: Vec<Thunk> = match value {
        Val::List(items) => items.to_vec(),
        Val::Attrs(attrs) => attrs.iter().map(|attr| attr.thunk).collect(),
        Val::Builtins => return Err(machine.beyond(at, "the set of all builtins")),
        _ => return Ok(()),
    };
    for thunk in thunks {
        machine.deeper(at, |machine| {
            let value = machine.force(thunk, at)?;
            force_deep(machine, &value, at)
        })?;
    }
    Ok(())
}
