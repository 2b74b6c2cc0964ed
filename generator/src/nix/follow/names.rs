//! Names: what binds each, and what it is bound to.

use rnix::{
    SyntaxNode,
    ast::{AttrSet, Entry, Expr, HasEntry, Ident, Lambda, LetIn, Param, With},
};
use rowan::ast::AstNode;

use super::{Bound, Follower, Term, Value};
use crate::nix::{find::keys, literal, scope::is_rec};

/// What a `let` or a `rec` binds a name to.
enum Named {
    To(Value),
    Unreadable,
}

impl Named {
    fn of(value: Option<Value>) -> Self {
        value.map_or(Self::Unreadable, Self::To)
    }

    fn value(self) -> Option<Value> {
        match self {
            Self::To(value) => Some(value),
            Self::Unreadable => None,
        }
    }
}

/// How a function binds a name.
enum Parameter {
    Whole,
    Entry(Option<Expr>),
}

fn parameter(lambda: &Lambda, name: &str) -> Option<Parameter> {
    let is = |ident: Option<Ident>| {
        ident.and_then(|ident| ident.ident_token()).is_some_and(|token| token.text() == name)
    };
    match lambda.param()? {
        Param::IdentParam(param) => is(param.ident()).then_some(Parameter::Whole),
        Param::Pattern(pattern) => {
            if is(pattern.pat_bind().and_then(|bind| bind.ident())) {
                return Some(Parameter::Whole);
            }
            let entry = pattern.pat_entries().find(|entry| is(entry.ident()))?;
            Some(Parameter::Entry(entry.default()))
        }
    }
}

impl Follower<'_> {
    /// What `name` is where `at` stands, which is in the file of `term`; nothing where that can't be told.
    #[must_use]
    pub fn name(&self, name: &str, at: &SyntaxNode, term: &Term) -> Option<Value> {
        let mut withs = Vec::new();
        for scope in at.ancestors() {
            if let Some(lambda) = Lambda::cast(scope.clone()) {
                if let Some(parameter) = parameter(&lambda, name) {
                    return self.argument(term, &lambda, &parameter, name);
                }
            } else if let Some(it) = LetIn::cast(scope.clone()) {
                if let Some(bound) = self.bound(term, &it, name) {
                    return bound.value();
                }
            } else if let Some(it) = AttrSet::cast(scope.clone()).filter(is_rec) {
                if let Some(bound) = self.bound(term, &it, name) {
                    return bound.value();
                }
            } else if let Some(with) = With::cast(scope)
                && let Some(names) = with.namespace()
                && !names.syntax().text_range().contains_range(at.text_range())
            {
                withs.push(names);
            }
        }
        for names in withs {
            let bound = self.lookup(&Value::Term(term.with(names)), &[name]);
            match bound.values.as_slice() {
                [only] => return Some(only.clone()),
                _ if bound.unreadable.is_empty() => {}
                _ => return None,
            }
        }
        None
    }

    /// Takes `value` for what modules are given that ask for `name`; gives whether that is new.
    pub fn give(&self, name: &str, value: Value) -> bool {
        // What has no other name would be asked for by itself.
        let is_name = matches!(value.term(), Some(Term { expr: Expr::Ident(_), .. }));
        let is_new = !is_name && self.given.borrow_mut().insert(name.to_owned(), value).is_none();
        self.memory.forget();
        is_new
    }

    /// What `entries` bind `name` to: nothing when they don't.
    fn bound(&self, term: &Term, entries: &impl HasEntry, name: &str) -> Option<Named> {
        for entry in entries.entries() {
            match entry {
                Entry::AttrpathValue(binding) => {
                    let attrs: Vec<_> = binding.attrpath().into_iter().flat_map(|it| it.attrs()).collect();
                    let first = attrs.first().and_then(literal::attribute);
                    if first.as_deref() == Some(name) {
                        let value = binding.value().filter(|_| attrs.len() == 1);
                        return Some(Named::of(value.map(|value| Value::Term(term.with(value)))));
                    }
                }
                Entry::Inherit(inherit) => {
                    if inherit.attrs().any(|attr| literal::attribute(&attr).as_deref() == Some(name)) {
                        return Some(Named::of(self.inherited(term, entries.syntax(), &inherit, name)));
                    }
                }
            }
        }
        None
    }

    /// What is at `path` of an argument of which only what is below its name is bound: `import ./x.nix { self.a = 1; }`.
    pub(super) fn below_argument(&self, argument: &Term, path: &[&str]) -> Option<Bound> {
        let Expr::Ident(ident) = &argument.expr else { return None };
        let name = ident.ident_token()?;
        let lambdas = ident.syntax().ancestors().filter_map(Lambda::cast);
        let mut functions = lambdas.filter_map(|it| Some((parameter(&it, name.text())?, it)));
        let (Parameter::Entry(_), lambda) = functions.next()? else { return None };
        let frames = std::iter::successors(argument.scope.as_ref(), |frame| frame.outer.as_ref());
        let frame = frames.into_iter().find(|frame| frame.lambda == *lambda.syntax())?;
        let is_there = self.lookup(&frame.argument, &[name.text()]).is_bound();
        is_there.then(|| self.lookup(&frame.argument, &[&[name.text()], path].concat()))
    }

    /// What those arguments of the innermost function around `body` are by default that it isn't passed.
    #[must_use]
    pub fn defaults(&self, body: &Term) -> Vec<Term> {
        let Some(frame) = &body.scope else { return Vec::new() };
        let Some(Param::Pattern(pattern)) = Lambda::cast(frame.lambda.clone()).and_then(|it| it.param())
        else {
            return Vec::new();
        };
        let defaults = pattern.pat_entries().filter_map(|entry| {
            let (name, default) = (entry.ident()?.syntax().text().to_string(), entry.default()?);
            let bound = self.lookup(&frame.argument, &[&name]);
            (!bound.is_bound() && bound.unreadable.is_empty()).then(|| body.with(default))
        });
        defaults.collect()
    }

    fn argument(&self, term: &Term, lambda: &Lambda, parameter: &Parameter, name: &str) -> Option<Value> {
        let frames = std::iter::successors(term.scope.as_ref(), |frame| frame.outer.as_ref());
        let Some(frame) = frames.into_iter().find(|frame| frame.lambda == *lambda.syntax()) else {
            let is_module = matches!(term.file.value(), Some(Expr::Lambda(module)) if module == *lambda);
            return self.given.borrow().get(name).filter(|_| is_module).cloned();
        };
        match parameter {
            Parameter::Whole => Some(frame.argument.clone()),
            Parameter::Entry(default) => {
                let bound = self.lookup(&frame.argument, &[name]);
                match bound.values.as_slice() {
                    [only] => Some(only.clone()),
                    [] if bound.dotted.is_empty() && bound.unreadable.is_empty() => {
                        default.clone().map(|default| Value::Term(term.with(default)))
                    }
                    _ => None,
                }
            }
        }
    }
}

impl Term {
    /// What the parameter `name` of the innermost function that has one of that name is passed, or else by default, as
    /// it is written; nothing where the function is passed no set that is written out.
    #[must_use]
    pub fn passed(&self, name: &str) -> Option<String> {
        let mut frames = std::iter::successors(self.scope.as_deref(), |frame| frame.outer.as_deref());
        frames.find_map(|frame| {
            let Some(Param::Pattern(pattern)) = Lambda::cast(frame.lambda.clone())?.param() else {
                return None;
            };
            let is_it = |ident: Option<Ident>| ident.is_some_and(|it| it.syntax().text() == name);
            let entry = pattern.pat_entries().find(|entry| is_it(entry.ident()))?;
            let Expr::AttrSet(set) = &frame.argument.term()?.expr else { return None };
            let is_inherited =
                set.inherits().flat_map(|it| it.attrs()).any(|attr| literal::is_attribute(&attr, name));
            let mut said = set.attrpath_values().filter(|it| keys(it) == [Some(name.to_owned())]);
            let said = said.next().and_then(|it| it.value()).or_else(|| entry.default());
            said.filter(|_| !is_inherited).map(|it| it.syntax().text().to_string())
        })
    }
}
