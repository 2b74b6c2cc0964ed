//! Strings.

use std::rc::Rc;

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    machine::Machine,
    paths,
    value::{Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[
    ("toString", 1, to_string),
    ("stringLength", 1, string_length),
    ("substring", 3, substring),
    ("concatStringsSep", 2, concat_strings_sep),
    ("replaceStrings", 3, replace_strings),
    ("baseNameOf", 1, base_name_of),
    ("dirOf", 1, dir_of),
    ("unsafeDiscardStringContext", 1, discard_context),
];

fn to_string(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let value = machine.argument(arguments, 0, at)?;
    machine.coerce(&value, true, at).map(Val::string)
}

/// In bytes.
fn string_length(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let text = machine.text_argument(arguments, 0, at)?;
    Ok(Val::Int(i64::try_from(text.len()).unwrap_or(i64::MAX)))
}

/// `substring start length string`, in bytes. A negative length means all the rest.
fn substring(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let start = machine.int_argument(arguments, 0, at)?;
    let length = machine.int_argument(arguments, 1, at)?;
    let text = machine.text_argument(arguments, 2, at)?;
    if start < 0 {
        return Err(machine.failed(at, "negative start position in 'substring'"));
    }
    // Nix 2.8 cuts the number off.
    let Ok(start) = u32::try_from(start) else { return Err(machine.beyond(at, "a substring so far out")) };
    let start = usize::try_from(start).unwrap_or(usize::MAX).min(text.len());
    let rest = text.len() - start;
    let end = start + usize::try_from(length).unwrap_or(rest).min(rest);
    match text.get(start..end) {
        Some(part) => machine.new_string(part.to_owned(), at),
        None => Err(machine.beyond(at, "half a character")),
    }
}

fn concat_strings_sep(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let separator = machine.string_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    let mut joined = String::new();
    for (item, number) in list.iter().zip(0..) {
        if number > 0 {
            joined.push_str(&separator);
        }
        let value = machine.force(*item, at)?;
        let text = machine.text_of(&value, at)?;
        machine.charge((separator.len() + text.len()) / 16, at)?;
        joined.push_str(&text);
    }
    machine.new_string(joined, at)
}

/// At each place of the text the first of `from` that stands there is replaced; an empty one stands everywhere.
fn replace_strings(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let from = machine.list_argument(arguments, 0, at)?;
    let to = machine.list_argument(arguments, 1, at)?;
    if from.len() != to.len() {
        return Err(machine.failed(at, "'from' and 'to' of 'replaceStrings' have different lengths"));
    }
    let mut pairs = Vec::with_capacity(from.len());
    for (from, to) in from.iter().zip(to.iter()) {
        let from = machine.string(*from, at)?;
        // Newer versions evaluate a replacement only where it is used.
        let to = machine.string(*to, at).map_err(|fault| machine.unsure(fault, at))?;
        pairs.push((from, to));
    }
    let text = machine.string_argument(arguments, 2, at)?;
    let replaced = replace(machine, &pairs, &text, at)?;
    match String::from_utf8(replaced) {
        Ok(text) => machine.new_string(text, at),
        Err(_) => Err(machine.beyond(at, "half a character")),
    }
}

fn replace(
    machine: &mut Machine<'_>,
    pairs: &[(Rc<str>, Rc<str>)],
    text: &str,
    at: Span,
) -> Fallible<Vec<u8>> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        machine.step(at)?;
        let found = pairs.iter().find(|(from, _)| rest.starts_with(from.as_bytes()));
        if let Some((_, to)) = found {
            machine.charge(to.len() / 16, at)?;
            result.extend_from_slice(to.as_bytes());
        }
        rest = match (found, rest.split_first()) {
            (Some((from, _)), _) if !from.is_empty() => rest.get(from.len()..).unwrap_or_default(),
            (_, Some((byte, after))) => {
                result.push(*byte);
                after
            }
            // An empty string stands at the end of the text, too, once.
            (_, None) => return Ok(result),
        };
    }
}

fn base_name_of(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let value = machine.argument(arguments, 0, at)?;
    let path = machine.coerce(&value, false, at)?;
    Ok(Val::string(paths::base_name(&path)))
}

fn dir_of(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let value = machine.argument(arguments, 0, at)?;
    let path = machine.coerce(&value, false, at)?;
    if path.contains("//") {
        return Err(machine.beyond(at, "the folder of a path with two slashes in a row"));
    }
    let folder = paths::folder(&path);
    Ok(if matches!(value, Val::Path(_)) { Val::Path(folder.into()) } else { Val::string(folder) })
}

/// Strings here never have a context: what would give them one is beyond this evaluator.
fn discard_context(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    machine.text_argument(arguments, 0, at).map(Val::string)
}
