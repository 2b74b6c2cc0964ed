//! Sets.

use std::{collections::BTreeMap, rc::Rc};

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    machine::Machine,
    value::{Attr, Attrs, Name, Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[
    ("attrNames", 1, attr_names),
    ("attrValues", 1, attr_values),
    ("getAttr", 2, get_attr),
    ("hasAttr", 2, has_attr),
    ("removeAttrs", 2, remove_attrs),
    ("intersectAttrs", 2, intersect_attrs),
    ("listToAttrs", 1, list_to_attrs),
    ("mapAttrs", 2, map_attrs),
    ("catAttrs", 2, cat_attrs),
    ("zipAttrsWith", 2, zip_attrs_with),
    ("groupBy", 2, group_by),
];

fn attr_names(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let attrs = machine.attrs_argument(arguments, 0, at)?;
    let names = attrs.iter().map(|attr| machine.heap.done(Val::string(attr.name.clone()))).collect();
    machine.new_list(names, at)
}

fn attr_values(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let attrs = machine.attrs_argument(arguments, 0, at)?;
    machine.new_list(attrs.iter().map(|attr| attr.thunk).collect(), at)
}

fn get_attr(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let name = machine.string_argument(arguments, 0, at)?;
    let attrs = machine.attrs_argument(arguments, 1, at)?;
    match attrs.get(&name) {
        Some(attr) => machine.force(attr.thunk, at),
        None => Err(machine.missing(at, &name)),
    }
}

fn has_attr(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let name = machine.string_argument(arguments, 0, at)?;
    let attrs = machine.attrs_argument(arguments, 1, at)?;
    Ok(Val::Bool(attrs.get(&name).is_some()))
}

fn remove_attrs(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let attrs = machine.attrs_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    let mut names = list.iter().map(|name| machine.string(*name, at)).collect::<Fallible<Vec<_>>>()?;
    names.sort();
    let rest = attrs.iter().filter(|attr| names.binary_search(&attr.name).is_err()).cloned().collect();
    machine.new_attrs(Attrs::sorted(rest), at)
}

fn intersect_attrs(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let names = machine.attrs_argument(arguments, 0, at)?;
    let attrs = machine.attrs_argument(arguments, 1, at)?;
    let common = attrs.iter().filter(|attr| names.get(&attr.name).is_some()).cloned().collect();
    machine.new_attrs(Attrs::sorted(common), at)
}

/// `[ { name = …; value = …; } ]` as a set. Of a name that comes twice the first counts.
fn list_to_attrs(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let list = machine.list_argument(arguments, 0, at)?;
    let mut found: BTreeMap<Name, Attr> = BTreeMap::new();
    for item in list.iter() {
        machine.step(at)?;
        let item = machine.attrs(*item, at)?;
        let Some(name) = item.get("name") else { return Err(machine.missing(at, &"name".into())) };
        let name = machine.string(name.thunk, at)?;
        if found.contains_key(&name) {
            continue;
        }
        let Some(value) = item.get("value") else { return Err(machine.missing(at, &"value".into())) };
        found.insert(name.clone(), Attr { name, thunk: value.thunk, at: value.at });
    }
    machine.new_attrs(Attrs::sorted(found.into_values().collect()), at)
}

fn map_attrs(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let attrs = machine.attrs_argument(arguments, 1, at)?;
    let function = machine.later_function_argument(arguments, 0, at)?;
    let mapped = attrs.iter().map(|attr| {
        let name = machine.heap.done(Val::string(attr.name.clone()));
        let thunk = machine.later(function, name, Some(attr.thunk), at);
        Attr { name: attr.name.clone(), thunk, at: attr.at }
    });
    let mapped = Attrs::sorted(mapped.collect());
    machine.new_attrs(mapped, at)
}

fn cat_attrs(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let name = machine.string_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    let mut values = Vec::new();
    for item in list.iter() {
        machine.step(at)?;
        values.extend(machine.attrs(*item, at)?.get(&name).map(|attr| attr.thunk));
    }
    machine.new_list(values, at)
}

fn zip_attrs_with(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let function = machine.later_function_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    let mut found: BTreeMap<Name, Vec<Thunk>> = BTreeMap::new();
    for item in list.iter() {
        let attrs = machine.attrs(*item, at)?;
        machine.charge(attrs.len(), at)?;
        for attr in attrs.iter() {
            found.entry(attr.name.clone()).or_default().push(attr.thunk);
        }
    }
    let zipped = found.into_iter().map(|(name, values)| {
        let first = machine.heap.done(Val::string(name.clone()));
        let values = machine.heap.done(Val::List(values.into()));
        Attr { name, thunk: machine.later(function, first, Some(values), at), at: None }
    });
    let zipped = Attrs::sorted(zipped.collect());
    machine.new_attrs(zipped, at)
}

fn group_by(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let function = machine.function_argument(arguments, 0, at)?;
    let list = machine.list_argument(arguments, 1, at)?;
    let mut groups: BTreeMap<Name, Vec<Thunk>> = BTreeMap::new();
    for item in list.iter() {
        let name: Rc<str> = match machine.call(&function, *item, at)? {
            Val::String(name, _) => name,
            value => return Err(machine.expected(at, "a string", &value)),
        };
        groups.entry(name).or_default().push(*item);
    }
    machine.charge(list.len(), at)?;
    let attrs = groups.into_iter().map(|(name, items)| {
        let thunk = machine.heap.done(Val::List(items.into()));
        Attr { name, thunk, at: None }
    });
    let attrs = Attrs::sorted(attrs.collect());
    machine.new_attrs(attrs, at)
}
