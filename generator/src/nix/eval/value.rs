//! Values: as callers get them, and as they are while they are evaluated.

use std::{collections::BTreeMap, path::PathBuf, rc::Rc};

use super::{builtins::Builtin, error::Location, expr::Lambda};

/// A value that was evaluated completely: nothing lazy, no function in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `1`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `"text"`
    String(String),
    /// `./file`, made absolute
    Path(PathBuf),
    /// `[ ]`
    List(Vec<Value>),
    /// `{ }`, by name in the order in which Nix sorts: by bytes
    Attrs(BTreeMap<String, Attribute>),
}

/// An attribute of a set that was evaluated completely.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its value.
    pub value: Value,
    /// Where it is defined; none for the attributes of what a builtin made.
    pub location: Option<Location>,
}

/// The name of a variable or an attribute.
pub(crate) type Name = Rc<str>;

/// A place in a source file of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(super) file: u32,
    pub(super) offset: u32,
}

/// A value in the making: a place of the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Thunk(pub(super) u32);

/// The variables of a scope at work: a place of the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope(pub(super) u32);

/// A value in weak head normal form: what it holds may still be lazy.
#[derive(Debug, Clone)]
pub(crate) enum Val {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string, and where it stands in a text when it does as a whole.
    String(Rc<str>, Option<Span>),
    Path(Rc<str>),
    List(Rc<[Thunk]>),
    Attrs(Rc<Attrs>),
    Closure(Rc<Closure>),
    Builtin(Rc<Partial>),
    /// The set `builtins`. What is in it depends on the version of Nix, so that only members known to all of them
    /// can be asked for.
    Builtins,
}

impl Val {
    pub(super) fn string(text: impl Into<Rc<str>>) -> Self {
        Self::String(text.into(), None)
    }

    /// The type in Nix's words, with its article.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a Boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::String(..) => "a string",
            Self::Path(_) => "a path",
            Self::List(_) => "a list",
            Self::Attrs(_) | Self::Builtins => "a set",
            Self::Closure(_) | Self::Builtin(_) => "a function",
        }
    }

    /// The type as `builtins.typeOf` names it.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::String(..) => "string",
            Self::Path(_) => "path",
            Self::List(_) => "list",
            Self::Attrs(_) | Self::Builtins => "set",
            Self::Closure(_) | Self::Builtin(_) => "lambda",
        }
    }

    pub(super) fn is_function(&self) -> bool {
        matches!(self, Self::Closure(_) | Self::Builtin(_))
    }
}

/// A function of the text, with the scope it was written in.
#[derive(Debug)]
pub(crate) struct Closure {
    pub(super) lambda: Rc<Lambda>,
    pub(super) scope: Scope,
}

/// A builtin with fewer arguments than it takes.
#[derive(Debug)]
pub(crate) struct Partial {
    pub(super) builtin: &'static Builtin,
    pub(super) arguments: Vec<Thunk>,
}

/// An attribute.
#[derive(Debug, Clone)]
pub(crate) struct Attr {
    pub(crate) name: Name,
    pub(crate) thunk: Thunk,
    /// Where it is defined, when it stands in a text.
    pub(crate) at: Option<Span>,
}

/// The attributes of a set, sorted by name, each name once.
#[derive(Debug, Default)]
pub(crate) struct Attrs(Vec<Attr>);

impl Attrs {
    /// Of attributes in any order. Where a name comes twice the first counts, as in `listToAttrs`.
    pub(super) fn first_wins(mut attrs: Vec<Attr>) -> Self {
        attrs.sort_by(|a, b| a.name.cmp(&b.name));
        attrs.dedup_by(|later, earlier| later.name == earlier.name);
        Self(attrs)
    }

    /// Of attributes that are sorted and have different names.
    pub(super) fn sorted(attrs: Vec<Attr>) -> Self {
        debug_assert!(attrs.is_sorted_by(|a, b| a.name < b.name), "attributes out of order");
        Self(attrs)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Attr> {
        self.0.binary_search_by(|attr| (*attr.name).cmp(name)).ok().and_then(|index| self.0.get(index))
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Attr> {
        self.0.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// `self // other`
    pub(super) fn update(&self, other: &Self) -> Self {
        let mut merged = Vec::with_capacity(self.len() + other.len());
        let mut left = self.iter().peekable();
        for attr in other.iter() {
            while let Some(earlier) = left.next_if(|earlier| earlier.name < attr.name) {
                merged.push(earlier.clone());
            }
            left.next_if(|same| same.name == attr.name);
            merged.push(attr.clone());
        }
        merged.extend(left.cloned());
        Self(merged)
    }
}
