//! Lists.

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    machine::Machine,
    value::{Attr, Attrs, Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[
    ("length", 1, length),
    ("head", 1, head),
    ("tail", 1, tail),
    ("elemAt", 2, elem_at),
    ("elem", 2, elem),
    ("any", 2, any),
    ("all", 2, all),
    ("map", 2, map),
    ("filter", 2, filter),
    ("partition", 2, partition),
    ("concatLists", 1, concat_lists),
    ("concatMap", 2, concat_map),
    ("foldl'", 3, foldl),
    ("genList", 2, gen_list),
];

fn length(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let list = machine.list_argument(arguments, 0, at)?;
    Ok(Val::Int(i64::try_from(list.len()).unwrap_or(i64::MAX)))
}

fn head(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let list = machine.list_argument(arguments, 0, at)?;
    match list.first() {
        Some(first) => machine.force(*first, at),
        None => Err(machine.failed(at, "'head' called on an empty list")),
    }
}

fn tail(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let list = machine.list_argument(arguments, 0, at)?;
    match list.split_first() {
        Some((_, rest)) => machine.new_list(rest.to_vec(), at),
        None => Err(machine.failed(at, "'tail' called on an empty list")),
    }
}

fn elem_at(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let list = machine.list_argument(arguments, 0, at)?;
    let index = machine.int_argument(arguments, 1, at)?;
    match usize::try_from(index).ok().and_then(|index| list.get(index)) {
        Some(item) => machine.force(*item, at),
        None => Err(machine.failed(at, format!("list index {index} is out of bounds"))),
    }
}

fn elem(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let wanted = machine.thunk(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    for item in list.iter() {
        machine.step(at)?;
        let left = machine.force(wanted, at)?;
        let right = machine.force(*item, at)?;
        if machine.equal(&left, &right, at)? {
            return Ok(Val::Bool(true));
        }
    }
    Ok(Val::Bool(false))
}

fn any(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    search(machine, arguments, at, true).map(Val::Bool)
}

fn all(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    search(machine, arguments, at, false).map(|found| Val::Bool(!found))
}

/// Whether the predicate answers `wanted` for some element.
fn search(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span, wanted: bool) -> Fallible<bool> {
    let predicate = machine.function_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    for item in list.iter() {
        if test(machine, &predicate, *item, at)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

fn test(machine: &mut Machine<'_>, predicate: &Val, item: Thunk, at: Span) -> Fallible<bool> {
    let answer = machine.call(predicate, item, at)?;
    machine.is_true(&answer, at)
}

fn map(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let list = machine.list_argument(arguments, 1, at)?;
    let function = machine.later_function_argument(arguments, 0, at)?;
    let mapped = list.iter().map(|item| machine.later(function, *item, None, at)).collect();
    machine.new_list(mapped, at)
}

fn filter(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let (kept, _) = separate(machine, arguments, at)?;
    machine.new_list(kept, at)
}

fn partition(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let (right, wrong) = separate(machine, arguments, at)?;
    let mut attrs = Vec::new();
    for (name, items) in [("right", right), ("wrong", wrong)] {
        let list = machine.new_list(items, at)?;
        attrs.push(Attr { name: name.into(), thunk: machine.heap.done(list), at: None });
    }
    machine.new_attrs(Attrs::sorted(attrs), at)
}

fn separate(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<(Vec<Thunk>, Vec<Thunk>)> {
    let predicate = machine.function_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for item in list.iter() {
        if test(machine, &predicate, *item, at)? { right.push(*item) } else { wrong.push(*item) }
    }
    Ok((right, wrong))
}

fn concat_lists(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let lists = machine.list_argument(arguments, 0, at)?;
    let mut items = Vec::new();
    for list in lists.iter() {
        let list = machine.list(*list, at)?;
        machine.charge(list.len(), at)?;
        items.extend(list.iter().copied());
    }
    machine.new_list(items, at)
}

fn concat_map(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let function = machine.function_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    let mut items = Vec::new();
    for item in list.iter() {
        match machine.call(&function, *item, at)? {
            Val::List(list) => {
                machine.charge(list.len(), at)?;
                items.extend(list.iter().copied());
            }
            value => return Err(machine.expected(at, "a list", &value)),
        }
    }
    machine.new_list(items, at)
}

/// Each step is evaluated before the next; the first accumulator only where it is used.
fn foldl(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let function = machine.function_argument(arguments, 0, at)?;
    let mut accumulator = machine.thunk(arguments, 1, at)?;
    let list = machine.list_argument(arguments, 2, at)?;
    for item in list.iter() {
        let value = machine.call2(&function, accumulator, *item, at)?;
        accumulator = machine.heap.done(value);
    }
    machine.force(accumulator, at)
}

fn gen_list(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let length = machine.int_argument(arguments, 1, at)?;
    let Ok(count) = usize::try_from(length) else {
        return Err(machine.failed(at, format!("cannot create list of size {length}")));
    };
    let function = machine.later_function_argument(arguments, 0, at)?;
    // Counted before it is made.
    machine.charge(count.saturating_mul(2), at)?;
    let items = (0..length).map(|number| {
        let number = machine.heap.done(Val::Int(number));
        machine.later(function, number, None, at)
    });
    let items = items.collect();
    machine.new_list(items, at)
}
