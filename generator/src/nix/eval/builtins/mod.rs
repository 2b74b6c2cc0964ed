//! The builtins: which there are, and what arguments they take.

mod arithmetic;
mod attrs;
mod control;
mod data;
mod files;
mod lists;
mod sort;
mod strings;
mod types;

use std::{fmt, rc::Rc, sync::LazyLock};

use super::{
    error::Fallible,
    heap::State,
    machine::Machine,
    value::{Attrs, Name, Partial, Span, Thunk, Val},
};

/// A function that Nix has built in.
pub(crate) struct Builtin {
    pub(super) name: &'static str,
    pub(super) arity: usize,
    pub(super) run: fn(&mut Machine<'_>, &[Thunk], Span) -> Fallible<Val>,
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The builtins of this evaluator, sorted by name.
static TABLE: LazyLock<Vec<Builtin>> = LazyLock::new(|| {
    let groups = [
        arithmetic::BUILTINS,
        attrs::BUILTINS,
        control::BUILTINS,
        data::BUILTINS,
        files::BUILTINS,
        lists::BUILTINS,
        sort::BUILTINS,
        strings::BUILTINS,
        types::BUILTINS,
    ];
    let all = groups.iter().flat_map(|group| group.iter());
    let mut table: Vec<_> = all.map(|&(name, arity, run)| Builtin { name, arity, run }).collect();
    table.sort_by_key(|builtin| builtin.name);
    table
});

/// A line of a group of builtins: name, number of arguments, what it does.
type Entry = (&'static str, usize, fn(&mut Machine<'_>, &[Thunk], Span) -> Fallible<Val>);

/// Builtins of Nix 2.8 that are beyond this evaluator: they ask about the machine, touch the store or the network,
/// or have details that differ between versions.
const BEYOND: [&str; 42] = [
    "addErrorContext",
    "appendContext",
    "bitAnd",
    "bitOr",
    "bitXor",
    "ceil",
    "compareVersions",
    "currentSystem",
    "currentTime",
    "derivation",
    "derivationStrict",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fetchurl",
    "filterSource",
    "findFile",
    "floor",
    "fromTOML",
    "genericClosure",
    "getContext",
    "hasContext",
    "hashFile",
    "hashString",
    "langVersion",
    "match",
    "nixPath",
    "nixVersion",
    "parseDrvName",
    "path",
    "placeholder",
    "scopedImport",
    "split",
    "splitVersion",
    "storeDir",
    "storePath",
    "toFile",
    "toPath",
    "toXML",
    "unsafeDiscardOutputDependency",
    "unsafeGetAttrPos",
];

/// Builtins that are variables without `builtins.` and without `__`.
pub(crate) const PLAIN: [&str; 22] = [
    "abort",
    "baseNameOf",
    "builtins",
    "derivation",
    "derivationStrict",
    "dirOf",
    "false",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fromTOML",
    "import",
    "isNull",
    "map",
    "null",
    "placeholder",
    "removeAttrs",
    "scopedImport",
    "throw",
    "toString",
    "true",
];

/// What a variable means that no scope has.
pub(super) enum Global {
    Value(Val),
    /// A builtin that is left to Nix when it is used.
    Beyond,
    /// It depends on the version of Nix whether there is such a variable.
    Varies,
}

/// The variable of that name that Nix has built in.
pub(super) fn global(name: &str) -> Option<Global> {
    if PLAIN.contains(&name) {
        return Some(match member(name) {
            Some(value) => Global::Value(value),
            None => Global::Beyond,
        });
    }
    match name.strip_prefix("__") {
        // Those of `PLAIN` have no second name.
        Some(bare) if !PLAIN.contains(&bare) => Some(match member(bare) {
            Some(value) => Global::Value(value),
            None if BEYOND.contains(&bare) => Global::Beyond,
            None => Global::Varies,
        }),
        _ if name == "break" => Some(Global::Varies),
        _ => None,
    }
}

/// The member of `builtins` of that name, where this evaluator has it.
fn member(name: &str) -> Option<Val> {
    match name {
        "true" => Some(Val::Bool(true)),
        "false" => Some(Val::Bool(false)),
        "null" => Some(Val::Null),
        "builtins" => Some(Val::Builtins),
        _ => {
            let index = TABLE.binary_search_by_key(&name, |builtin| builtin.name).ok()?;
            let builtin = TABLE.get(index)?;
            Some(Val::Builtin(Rc::new(Partial { builtin, arguments: Vec::new() })))
        }
    }
}

/// Whether every version of Nix has a builtin of that name, or some may.
pub(super) fn is_member(name: &str) -> bool {
    member(name).is_some() || BEYOND.contains(&name)
}

impl Machine<'_> {
    /// `builtins.name`. A name that this evaluator doesn't have may be one of another version of Nix.
    pub(super) fn builtin_member(&mut self, name: &Name, at: Span) -> Fallible<Option<Val>> {
        match member(name) {
            Some(value) => Ok(Some(value)),
            None => Err(self.beyond(at, format!("`builtins.{name}`"))),
        }
    }

    /// An argument, evaluated. Builtins get as many as they take.
    fn argument(&mut self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<Val> {
        let thunk = self.thunk(arguments, number, at)?;
        self.force(thunk, at)
    }

    fn thunk(&self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<Thunk> {
        arguments.get(number).copied().ok_or_else(|| self.failed(at, "an argument is missing"))
    }

    fn list_argument(&mut self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<Rc<[Thunk]>> {
        let thunk = self.thunk(arguments, number, at)?;
        self.list(thunk, at)
    }

    fn attrs_argument(&mut self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<Rc<Attrs>> {
        let thunk = self.thunk(arguments, number, at)?;
        self.attrs(thunk, at)
    }

    fn string_argument(&mut self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<Rc<str>> {
        let thunk = self.thunk(arguments, number, at)?;
        self.string(thunk, at)
    }

    fn int_argument(&mut self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<i64> {
        match self.argument(arguments, number, at)? {
            Val::Int(value) => Ok(value),
            value => Err(self.expected(at, "an integer", &value)),
        }
    }

    /// A function. Versions of Nix differ in when they look at it, so that a failure may come first or never.
    fn function_argument(&mut self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<Val> {
        let value = self.argument(arguments, number, at).and_then(|value| self.function(value, at));
        value.map_err(|fault| self.unsure(fault, at))
    }

    /// The same for a function that is applied later, if ever.
    fn later_function_argument(&mut self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<Thunk> {
        self.function_argument(arguments, number, at)?;
        self.thunk(arguments, number, at)
    }

    fn function(&mut self, value: Val, at: Span) -> Fallible<Val> {
        match value {
            value if value.is_function() => Ok(value),
            Val::Attrs(attrs) if attrs.get("__functor").is_some() => {
                Err(self.beyond(at, "a set that is called as a function"))
            }
            value => Err(self.expected(at, "a function", &value)),
        }
    }

    /// The text of an argument that Nix takes for a string, though it were a path or a set.
    fn text_argument(&mut self, arguments: &[Thunk], number: usize, at: Span) -> Fallible<Rc<str>> {
        let value = self.argument(arguments, number, at)?;
        self.text_of(&value, at)
    }

    fn text_of(&mut self, value: &Val, at: Span) -> Fallible<Rc<str>> {
        if matches!(value, Val::Path(_)) {
            return Err(self.beyond(at, "a path in a string, which Nix copies to its store,"));
        }
        self.coerce(value, false, at)
    }

    fn call2(&mut self, function: &Val, first: Thunk, second: Thunk, at: Span) -> Fallible<Val> {
        let partial = self.call(function, first, at)?;
        self.call(&partial, second, at)
    }

    fn is_true(&mut self, value: &Val, at: Span) -> Fallible<bool> {
        match value {
            Val::Bool(value) => Ok(*value),
            value => Err(self.expected(at, "a Boolean", value)),
        }
    }

    fn later(&mut self, function: Thunk, first: Thunk, second: Option<Thunk>, at: Span) -> Thunk {
        self.heap.add(State::Call { function, first, second, at })
    }

    pub(super) fn list(&mut self, thunk: Thunk, at: Span) -> Fallible<Rc<[Thunk]>> {
        match self.force(thunk, at)? {
            Val::List(items) => Ok(items),
            value => Err(self.expected(at, "a list", &value)),
        }
    }

    pub(super) fn attrs(&mut self, thunk: Thunk, at: Span) -> Fallible<Rc<Attrs>> {
        match self.force(thunk, at)? {
            Val::Attrs(attrs) => Ok(attrs),
            Val::Builtins => Err(self.beyond(at, "the set of all builtins")),
            value => Err(self.expected(at, "a set", &value)),
        }
    }

    pub(super) fn string(&mut self, thunk: Thunk, at: Span) -> Fallible<Rc<str>> {
        match self.force(thunk, at)? {
            Val::String(text, _) => Ok(text),
            value => Err(self.expected(at, "a string", &value)),
        }
    }
}
