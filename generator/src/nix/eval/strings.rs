//! Strings out of values.

use std::rc::Rc;

use super::{
    error::Fallible,
    expr::Expr,
    machine::Machine,
    paths,
    value::{Scope, Span, Thunk, Val},
};

impl Machine<'_> {
    /// `"${a}b"`
    pub(super) fn interpolate(&mut self, pieces: &[Rc<Expr>], scope: Scope, at: Span) -> Fallible<Val> {
        let mut text = String::new();
        for piece in pieces {
            let value = self.eval(piece, scope)?;
            if matches!(value, Val::Path(_)) {
                return Err(self.beyond(piece.at, "a path in a string, which Nix copies to its store,"));
            }
            text.push_str(&self.coerce(&value, false, piece.at)?);
            self.charge(0, at)?;
        }
        self.new_string(text, at)
    }

    /// `./a/${b}`
    pub(super) fn interpolate_path(&mut self, pieces: &[Rc<Expr>], scope: Scope, at: Span) -> Fallible<Val> {
        let mut path = String::new();
        for piece in pieces {
            let value = self.eval(piece, scope)?;
            path.push_str(&self.coerce(&value, false, piece.at)?);
        }
        self.join_path(path, at)
    }

    pub(super) fn join_path(&mut self, path: String, at: Span) -> Fallible<Val> {
        match self.new_string(path, at)? {
            Val::String(path, _) => Ok(Val::Path(paths::canonical(&path).into())),
            value => Ok(value),
        }
    }

    /// The text of a string or path, or of a set that says what its text is. With `more`, of numbers and so on, too,
    /// as `toString` has it. Nothing is copied to the store.
    pub(super) fn coerce(&mut self, value: &Val, more: bool, at: Span) -> Fallible<Rc<str>> {
        self.step(at)?;
        match value {
            Val::String(text, _) | Val::Path(text) => Ok(text.clone()),
            Val::Attrs(attrs) if attrs.get("__toString").is_some() || attrs.get("outPath").is_some() => {
                Err(self.beyond(at, "a set in the place of a string"))
            }
            Val::Bool(true) if more => Ok("1".into()),
            Val::Bool(false) | Val::Null if more => Ok("".into()),
            Val::Int(value) if more => Ok(value.to_string().into()),
            Val::Float(value) if more => Ok(format!("{value:.6}").into()),
            Val::List(items) if more => {
                let items = items.clone();
                self.deeper(at, |machine| machine.coerce_list(&items, at))
            }
            Val::Builtins => Err(self.beyond(at, "the set of all builtins")),
            value => Err(self.failed(at, format!("cannot coerce {} to a string", value.kind()))),
        }
    }

    fn coerce_list(&mut self, items: &[Thunk], at: Span) -> Fallible<Rc<str>> {
        let mut text = String::new();
        for (item, number) in items.iter().zip(1..) {
            let value = self.force(*item, at)?;
            let part = self.coerce(&value, true, at)?;
            self.charge(part.len() / 16, at)?;
            text.push_str(&part);
            // Nix leaves the space out after an empty list.
            let empty_list = matches!(&value, Val::List(items) if items.is_empty());
            if number < items.len() && !empty_list {
                text.push(' ');
            }
        }
        Ok(text.into())
    }
}
