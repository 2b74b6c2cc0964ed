//! `sort`, where every version of Nix has the same result.
//!
//! With a comparison that is a strict weak order a stable sort has one result. Any other comparison leaves the result
//! to the algorithm, so what a function of the text says is checked for all pairs.

use std::cmp::Ordering;

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    machine::Machine,
    value::{Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[("sort", 2, sort)];

/// The longest list whose pairs are all compared.
const MAX_CHECKED: usize = 200;

fn sort(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let comparison = machine.function_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    let sorted = if let Some(sorted) = sort_strings(machine, &comparison, &list, at)? {
        sorted
    } else if list.len() <= MAX_CHECKED {
        sort_checked(machine, &comparison, &list, at).map_err(|fault| machine.unsure(fault, at))?
    } else {
        return Err(machine.beyond(at, "sorting a long list"));
    };
    machine.new_list(sorted, at)
}

/// `sort lessThan` of strings alone needs no check.
fn sort_strings(
    machine: &mut Machine<'_>,
    comparison: &Val,
    list: &[Thunk],
    at: Span,
) -> Fallible<Option<Vec<Thunk>>> {
    if !matches!(comparison, Val::Builtin(partial) if partial.builtin.name == "lessThan" && partial.arguments.is_empty())
    {
        return Ok(None);
    }
    let mut strings = Vec::with_capacity(list.len());
    for item in list {
        machine.step(at)?;
        match machine.force(*item, at).map_err(|fault| machine.unsure(fault, at))? {
            Val::String(text, _) => strings.push((text, *item)),
            _ => return Ok(None),
        }
    }
    strings.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Some(strings.into_iter().map(|(_, item)| item).collect()))
}

fn sort_checked(
    machine: &mut Machine<'_>,
    comparison: &Val,
    list: &[Thunk],
    at: Span,
) -> Fallible<Vec<Thunk>> {
    let mut less = Vec::with_capacity(list.len());
    for left in list {
        let mut row = Vec::with_capacity(list.len());
        for right in list {
            let answer = machine.call2(comparison, *left, *right, at)?;
            row.push(machine.is_true(&answer, at)?);
        }
        less.push(row);
    }
    let is_less = |a: usize, b: usize| less.get(a).and_then(|row| row.get(b)).copied().unwrap_or(false);
    // How many elements are less: the same for those that tie, and it grows along a strict weak order.
    let rank = |a: usize| (0..list.len()).filter(|b| is_less(*b, a)).count();
    let mut order: Vec<(usize, usize)> = (0..list.len()).map(|a| (rank(a), a)).collect();
    order.sort_unstable();
    let weak_order = order.iter().all(|(rank_a, a)| {
        order.iter().all(|(rank_b, b)| is_less(*a, *b) == (rank_a.cmp(rank_b) == Ordering::Less))
    });
    if !weak_order {
        return Err(machine.beyond(at, "sorting by what is no order"));
    }
    Ok(order.into_iter().filter_map(|(_, index)| list.get(index).copied()).collect())
}
