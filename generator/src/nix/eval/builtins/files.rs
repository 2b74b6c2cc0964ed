//! What lies on disk, and the environment.

use std::{path::Path, rc::Rc};

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    machine::Machine,
    paths,
    value::{Attr, Attrs, Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[
    ("import", 1, import),
    ("readFile", 1, read_file),
    ("readDir", 1, read_dir),
    ("pathExists", 1, path_exists),
    ("getEnv", 1, get_env),
];

fn import(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let path = path_argument(machine, arguments, at)?;
    machine.load_at(&path, at)
}

fn read_file(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let path = path_argument(machine, arguments, at)?;
    // A file that is read stands where it is read.
    machine.read(&path, at).map(|text| Val::String(text, Some(at)))
}

fn read_dir(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let path = path_argument(machine, arguments, at)?;
    let found =
        machine.files().read_dir(Path::new(&*path)).map_err(|error| machine.io_error(at, &path, &error))?;
    let attrs = found.iter().map(|(name, kind)| {
        let thunk = machine.heap.done(Val::string(kind.name()));
        Attr { name: name.as_str().into(), thunk, at: None }
    });
    let attrs = Attrs::sorted(attrs.collect());
    machine.new_attrs(attrs, at)
}

fn path_exists(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let path = path_argument(machine, arguments, at)?;
    let exists = machine.files().exists(Path::new(&*path));
    exists.map(Val::Bool).map_err(|error| machine.io_error(at, &path, &error))
}

fn get_env(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let name = machine.string_argument(arguments, 0, at)?;
    machine.variable(&name, at).map(Val::string)
}

fn path_argument(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Rc<str>> {
    let value = machine.argument(arguments, 0, at)?;
    let path = machine.coerce(&value, false, at)?;
    if !path.starts_with('/') {
        return Err(machine.failed(at, format!("string '{path}' doesn't represent an absolute path")));
    }
    // Nix leaves the rest of a string to the operating system, where `..` follows links.
    if paths::canonical(&path) != *path {
        return Err(machine.beyond(at, "a path in a string with `..` or a slash too many"));
    }
    Ok(path)
}
