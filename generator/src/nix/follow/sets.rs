//! What sets have: by a path, and all of it.

use rnix::{
    SyntaxNode,
    ast::{self, AttrSet, BinOpKind, Entry, Expr, HasEntry},
};
use rowan::ast::AstNode;

use super::{Bound, Follower, Term, Value, application, last_name};
use crate::nix::literal;

impl Bound {
    /// The one value, where there is one.
    #[must_use]
    pub fn only(&self) -> Option<&Value> {
        match self.values.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl Follower<'_> {
    /// What `value`, a set, has at `path`.
    #[must_use]
    pub fn lookup(&self, value: &Value, path: &[&str]) -> Bound {
        let mut bound = Bound::default();
        self.deeper(|| {
            self.look_up(value, path, &mut bound);
            Some(())
        });
        bound
    }

    /// The one value that a set has at `path`.
    #[must_use]
    pub fn select(&self, value: &Value, path: &[&str]) -> Option<Value> {
        self.lookup(value, path).only().cloned()
    }

    /// What is bound to `name` in what `selected` selects, where the flake binds nothing but what is below that:
    /// `nixosModules.default.imports = …` of `self.nixosModules.default`.
    #[must_use]
    pub fn bound_below(&self, selected: &Term, name: &str) -> Vec<Value> {
        let Expr::Select(select) = &selected.expr else { return Vec::new() };
        let attrs = select.attrpath().into_iter().flat_map(|path| path.attrs());
        let names: Option<Vec<_>> = attrs.map(|attr| self.attribute(selected, &attr)).collect();
        let (Some(names), Some(base)) = (names, select.expr()) else { return Vec::new() };
        let path: Vec<_> = names.iter().map(String::as_str).chain([name]).collect();
        self.lookup(&Value::Term(selected.with(base)), &path).values
    }

    /// What the names in a set are, and what binds each: `a = 1;` and `a.b = 1;` bind `a`.
    #[must_use]
    pub fn names(&self, term: &Term, set: &AttrSet) -> Vec<(String, SyntaxNode)> {
        let mut names = Vec::new();
        for entry in set.entries() {
            match entry {
                Entry::AttrpathValue(binding) => {
                    let first = binding.attrpath().and_then(|path| path.attrs().next());
                    let name = first.and_then(|attr| self.attribute(term, &attr));
                    names.extend(name.map(|name| (name, binding.syntax().clone())));
                }
                Entry::Inherit(inherit) => names.extend(
                    inherit
                        .attrs()
                        .filter_map(|attr| Some((literal::attribute(&attr)?, attr.syntax().clone()))),
                ),
            }
        }
        names
    }

    /// The name that an attribute is, also where it is computed.
    #[must_use]
    pub fn attribute(&self, term: &Term, attr: &ast::Attr) -> Option<String> {
        literal::attribute(attr).or_else(|| match attr {
            ast::Attr::Dynamic(it) => self.text(&Value::Term(term.with(it.expr()?))),
            ast::Attr::Str(it) => self.text(&Value::Term(term.with(Expr::Str(it.clone())))),
            ast::Attr::Ident(_) => None,
        })
    }

    fn look_up(&self, value: &Value, path: &[&str], bound: &mut Bound) {
        let written = value;
        let value = self.reduce(value);
        let Some((first, _)) = path.split_first() else {
            bound.push(value, written.clone());
            return;
        };
        let Value::Term(term) = &value else { return };
        match &term.expr {
            Expr::AttrSet(set) => {
                for entry in set.entries() {
                    self.in_entry(term, set, &entry, path, bound);
                }
            }
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Update) => {
                let side = |side: Option<Expr>| side.map(|side| Value::Term(term.with(side)));
                let (Some(left), Some(right)) = (side(it.lhs()), side(it.rhs())) else { return };
                let over = self.lookup(&right, &[first]);
                let winner = if over.is_bound() { right } else { left };
                bound.unreadable.extend(over.unreadable);
                bound.extend(self.lookup(&winner, path));
            }
            _ => match self.remembered(&value, path, || self.given_by(&value, term, path)) {
                Some(there) => bound.extend(there),
                None => bound.unreadable.push(term.clone()),
            },
        }
    }

    /// What the set that a function gives has at `path`.
    fn given_by(&self, value: &Value, term: &Term, path: &[&str]) -> Bound {
        let mut bound = Bound::default();
        let Some((first, rest)) = path.split_first() else { return bound };
        let merged = updated(value).map(|(left, right)| (vec![left, right], false));
        if let Some((sets, is_deep)) = merged.or_else(|| self.folded(value)) {
            // Each may bind some of what is below a name.
            for set in sets.iter().rev() {
                bound.extend(self.lookup(set, path));
                if bound.is_bound() && !is_deep {
                    break;
                }
            }
        } else if let Some(there) = self.below_argument(term, path) {
            bound.extend(there);
        } else if let Some(output) = self.output(value, path) {
            bound.push(output.clone(), output);
        } else if let Some(function) = self.with_system(value) {
            bound.extend(self.lookup(&self.body(&function), path));
        } else if let Some(all) = self.attributes(value) {
            if let Some((_, value)) = all.iter().rev().find(|(name, _)| name == first) {
                self.look_up(value, rest, &mut bound);
            }
        } else {
            let seen = self.in_extended(|| {
                let extended = self.extended(value, first)?;
                self.look_up(&extended, path, &mut bound);
                Some(())
            });
            if seen.is_none() {
                bound.unreadable.push(term.clone());
            }
        }
        bound
    }

    /// The function whose body flake-parts' `withSystem system (arguments: …)` gives.
    fn with_system(&self, value: &Value) -> Option<Value> {
        let call = self.call(value).filter(|call| call.name == "withSystem")?;
        call.arguments.get(1).cloned()
    }

    /// The set that has `name` of those that `lib.extend (final: previous: { … })` merges, or the one of
    /// `makeExtensible (final: { … })`, or that of the overlays which nixpkgs are given.
    fn extended(&self, value: &Value, name: &str) -> Option<Value> {
        let (extend, function) = application(value)?;
        let applied = |function: &Value, argument: &Value| Value::applied(function.clone(), argument.clone());
        if application(&extend).is_some_and(|(import, _)| is_import(&import)) {
            let overlays = self.items(&self.select(&function, &["overlays"])?)?.into_iter().rev();
            // What those before an overlay have stays unread, as nixpkgs do.
            let mut made = overlays.map(|overlay| applied(&applied(&overlay, value), &extend));
            return made.find(|made| self.lookup(made, &[name]).is_bound());
        }
        let term = extend.term()?;
        match last_name(&term.expr)?.as_str() {
            "makeExtensible" | "fix" => Some(applied(&function, value)),
            "extend" => {
                let Expr::Select(select) = &term.expr else { return None };
                let base =
                    select.expr().filter(|_| select.attrpath().is_some_and(|it| it.attrs().count() == 1));
                // What `nixpkgs.lib` is stays unread, as `nixpkgs.lib.extend` does.
                let base = base.map_or_else(|| extend.clone(), |base| Value::Term(term.with(base)));
                let over = applied(&applied(&function, value), &base);
                Some(if self.lookup(&over, &[name]).is_bound() { over } else { base })
            }
            _ => None,
        }
    }

    fn in_entry(&self, term: &Term, set: &AttrSet, entry: &Entry, path: &[&str], bound: &mut Bound) {
        match entry {
            Entry::AttrpathValue(binding) => {
                let attrs: Vec<_> = binding.attrpath().into_iter().flat_map(|it| it.attrs()).collect();
                let agree = attrs
                    .iter()
                    .zip(path)
                    .all(|(attr, name)| self.attribute(term, attr).as_deref() == Some(name));
                if !agree {
                    return;
                }
                if attrs.len() > path.len() {
                    bound.dotted.push((term.clone(), binding.clone()));
                } else if let Some(value) = binding.value() {
                    let rest = path.get(attrs.len()..).unwrap_or_default();
                    self.look_up(&Value::Term(term.with(value)), rest, bound);
                }
            }
            Entry::Inherit(inherit) => {
                let Some((first, rest)) = path.split_first() else { return };
                let is_first = |attr: &ast::Attr| literal::attribute(attr).as_deref() == Some(*first);
                let Some(named) = inherit.attrs().find(is_first) else { return };
                // What is bound there may go on below the name.
                if let Some(from) = inherit.from().and_then(|from| from.expr()) {
                    let there = self.lookup(&Value::Term(term.with(from)), path);
                    if !there.dotted.is_empty() {
                        bound.values.extend(there.values);
                        bound.dotted.extend(there.dotted);
                        return;
                    }
                }
                match self.inherited(term, set.syntax(), inherit, first) {
                    Some(value) => self.look_up(&value, rest, bound),
                    // What it is can't be told, but it is there.
                    None => match named {
                        ast::Attr::Ident(name) if rest.is_empty() => {
                            let name = Value::Term(term.with(Expr::Ident(name)));
                            bound.push(name.clone(), name);
                        }
                        _ => bound.unreadable.push(term.clone()),
                    },
                }
            }
        }
    }

    pub(super) fn inherited(
        &self,
        term: &Term,
        scope: &SyntaxNode,
        from: &ast::Inherit,
        name: &str,
    ) -> Option<Value> {
        match from.from() {
            Some(from) => self.select(&Value::Term(term.with(from.expr()?)), &[name]),
            None => self.name(name, &scope.parent()?, term),
        }
    }
}

/// The sets that `recursiveUpdate` merges, the second over the first.
#[must_use]
pub fn updated(value: &Value) -> Option<(Value, Value)> {
    let (function, right) = application(value)?;
    let (function, left) = application(&function)?;
    (last_name(&function.term()?.expr)? == "recursiveUpdate").then_some((left, right))
}

fn is_import(function: &Value) -> bool {
    function.term().and_then(|term| last_name(&term.expr)).as_deref() == Some("import")
}
