//! Evaluating expressions.

use std::rc::Rc;

use super::{
    builtins,
    error::{ErrorKind, Fallible},
    expr::{AttrName, Binding, Bindings, Bound, Expr, Kind, Lambda, Parameter},
    heap::State,
    machine::Machine,
    value::{Attr, Attrs, Closure, Name, Partial, Scope, Span, Thunk, Val},
};

impl Machine<'_> {
    /// The value of a thunk, in weak head normal form. What fails can be tried again, and fails again.
    pub(crate) fn force(&mut self, thunk: Thunk, at: Span) -> Fallible<Val> {
        let state = self.heap.take(thunk);
        let result = match &state {
            State::Done(value) => return Ok(value.clone()),
            State::Running => return Err(self.failed(at, "infinite recursion encountered")),
            State::Expr(expr, scope) => self.eval(expr, *scope),
            State::Call { function, first, second, at } => self.call_thunk(*function, *first, *second, *at),
            State::Select { from, name, at } => self.select_inherited(*from, name, *at),
            State::File(path, at) => {
                self.program(path, *at).and_then(|program| self.eval(&program, self.outermost))
            }
        };
        let after = match &result {
            Ok(value) => State::Done(value.clone()),
            Err(_) => state,
        };
        self.heap.set(thunk, after);
        result
    }

    fn call_thunk(
        &mut self,
        function: Thunk,
        first: Thunk,
        second: Option<Thunk>,
        at: Span,
    ) -> Fallible<Val> {
        let function = self.force(function, at)?;
        let value = self.call(&function, first, at)?;
        match second {
            Some(second) => self.call(&value, second, at),
            None => Ok(value),
        }
    }

    fn select_inherited(&mut self, from: Thunk, name: &Name, at: Span) -> Fallible<Val> {
        let from = self.force(from, at)?;
        match self.attribute(&from, name, at)? {
            Some(value) => Ok(value),
            None => Err(self.missing(at, name)),
        }
    }

    pub(super) fn eval(&mut self, expr: &Rc<Expr>, scope: Scope) -> Fallible<Val> {
        self.step(expr.at)?;
        self.charge(0, expr.at)?;
        self.deeper(expr.at, |machine| machine.eval_kind(expr, scope))
    }

    fn eval_kind(&mut self, expr: &Rc<Expr>, scope: Scope) -> Fallible<Val> {
        let at = expr.at;
        match &expr.kind {
            Kind::Constant(value) => Ok(value.clone()),
            Kind::Variable { up, slot } => {
                let thunk = self.slot(scope, *up, *slot, at)?;
                self.force(thunk, at)
            }
            Kind::FromWith { name, up } => self.with_variable(name, up, scope, at),
            Kind::Interpolation(pieces) => self.interpolate(pieces, scope, at),
            Kind::PathInterpolation(pieces) => self.interpolate_path(pieces, scope, at),
            Kind::List(items) => {
                let items = items.iter().map(|item| self.delay(item, scope)).collect::<Fallible<_>>()?;
                self.new_list(items, at)
            }
            Kind::Attrs(bindings) => self.attrs_of(bindings, scope, at),
            Kind::Let(bindings, body) => {
                let (scope, _) = self.bind(bindings, scope)?;
                self.eval(body, scope)
            }
            Kind::With { namespace, body } => {
                let namespace = self.delay(namespace, scope)?;
                let scope = self.heap.add_scope(vec![namespace], Some(scope));
                self.eval(body, scope)
            }
            Kind::If { condition, then, otherwise } => {
                let branch = if self.eval_bool(condition, scope)? { then } else { otherwise };
                self.eval(branch, scope)
            }
            Kind::Assert { condition, body } => {
                if !self.eval_bool(condition, scope)? {
                    let mut fault = self.failed(at, "assertion failed");
                    fault.thrown = true;
                    return Err(fault);
                }
                self.eval(body, scope)
            }
            Kind::Lambda(lambda) => Ok(Val::Closure(Rc::new(Closure { lambda: lambda.clone(), scope }))),
            Kind::Call { function, arguments } => self.eval_call(function, arguments, scope, at),
            Kind::Select { from, path, default } => self.select(from, path, default.as_ref(), scope, at),
            Kind::HasAttr { of, path } => self.has_attr(of, path, scope, at),
            Kind::Not(operand) => Ok(Val::Bool(!self.eval_bool(operand, scope)?)),
            Kind::Negate(operand) => self.negate(operand, scope, at),
            Kind::Binary { operator, left, right } => self.binary(*operator, left, right, scope, at),
            Kind::Beyond(construct) => Err(self.beyond(at, &**construct)),
        }
    }

    pub(super) fn eval_bool(&mut self, expr: &Rc<Expr>, scope: Scope) -> Fallible<bool> {
        match self.eval(expr, scope)? {
            Val::Bool(value) => Ok(value),
            value => Err(self.expected(expr.at, "a Boolean", &value)),
        }
    }

    /// An expression to be evaluated when it is needed.
    pub(super) fn delay(&mut self, expr: &Rc<Expr>, scope: Scope) -> Fallible<Thunk> {
        match &expr.kind {
            Kind::Constant(value) => return Ok(self.heap.done(value.clone())),
            Kind::Variable { up, slot } => {
                if let Some(thunk) = self.heap.slot(scope, *up, *slot) {
                    return Ok(thunk);
                }
            }
            Kind::FromWith { name, up } => self.check_with_variable(name, up, scope, expr.at)?,
            _ => {}
        }
        Ok(self.heap.add(State::Expr(expr.clone(), scope)))
    }

    /// Older versions of Nix look for a variable of a `with` that was evaluated already at once, and fail when there
    /// is none, though nobody may ever need it.
    fn check_with_variable(&self, name: &Name, up: &[u32], scope: Scope, at: Span) -> Fallible<()> {
        for up in up {
            match self.slot(scope, *up, 0, at).map(|namespace| self.heap.get(namespace))? {
                Some(State::Done(Val::Attrs(attrs))) if attrs.get(name).is_none() => {}
                Some(State::Done(Val::Builtins)) if !builtins::is_member(name) => {}
                _ => return Ok(()),
            }
        }
        Err(self.beyond(at, format!("the undefined variable `{name}` where it isn't needed")))
    }

    fn slot(&self, scope: Scope, up: u32, slot: u32, at: Span) -> Fallible<Thunk> {
        let limit = || self.error(at, ErrorKind::Limit { what: "a variable that was lost" });
        self.heap.slot(scope, up, slot).ok_or_else(limit)
    }

    fn with_variable(&mut self, name: &Name, up: &[u32], scope: Scope, at: Span) -> Fallible<Val> {
        for up in up {
            let namespace = self.slot(scope, *up, 0, at)?;
            let namespace = self.force(namespace, at)?;
            if let Some(value) = self.attribute(&namespace, name, at)? {
                return Ok(value);
            }
        }
        Err(self.failed(at, format!("undefined variable '{name}'")))
    }

    /// Opens the scope of recursive definitions. Also answers the definitions' thunks, in order.
    fn bind(&mut self, bindings: &Bindings, outer: Scope) -> Fallible<(Scope, Vec<Thunk>)> {
        let scope = self.heap.add_scope(Vec::new(), Some(outer));
        let thunks = self.define(bindings, scope)?;
        self.heap.fill(scope, thunks.clone());
        Ok((scope, thunks))
    }

    fn define(&mut self, bindings: &Bindings, scope: Scope) -> Fallible<Vec<Thunk>> {
        let sources = bindings.sources.iter().map(|source| self.delay(source, scope));
        let sources = sources.collect::<Fallible<Vec<_>>>()?;
        bindings.statics.iter().map(|binding| self.define_one(binding, &sources, scope)).collect()
    }

    fn define_one(&mut self, binding: &Binding, sources: &[Thunk], scope: Scope) -> Fallible<Thunk> {
        match &binding.value {
            // Of a recursive set: its slots aren't filled yet, so a variable of it is a thunk of its own.
            Bound::Inner(expr) | Bound::Outer(expr) => self.delay(expr, scope),
            Bound::From(source) => Ok(match sources.get(*source) {
                Some(from) => {
                    self.heap.add(State::Select { from: *from, name: binding.name.clone(), at: binding.at })
                }
                None => self.heap.add(State::Running),
            }),
        }
    }

    fn attrs_of(&mut self, bindings: &Bindings, scope: Scope, at: Span) -> Fallible<Val> {
        let (scope, thunks) = if bindings.recursive {
            self.bind(bindings, scope)?
        } else {
            (scope, self.define(bindings, scope)?)
        };
        let statics = bindings.statics.iter().zip(thunks);
        let mut attrs: Vec<Attr> = statics
            .map(|(binding, thunk)| Attr { name: binding.name.clone(), thunk, at: Some(binding.at) })
            .collect();
        if bindings.dynamics.is_empty() {
            return self.new_attrs(Attrs::sorted(attrs), at);
        }
        for dynamic in &bindings.dynamics {
            let name = match self.eval(&dynamic.name, scope)? {
                Val::Null => continue,
                Val::String(name, _) => name,
                value => return Err(self.expected(dynamic.at, "a string", &value)),
            };
            let thunk = self.delay(&dynamic.value, scope)?;
            attrs.push(Attr { name, thunk, at: Some(dynamic.at) });
        }
        attrs.sort_by(|a, b| a.name.cmp(&b.name));
        let twice = attrs.iter().zip(attrs.iter().skip(1)).find(|(a, b)| a.name == b.name);
        if let Some((_, attr)) = twice {
            let message = format!("dynamic attribute '{}' already defined", attr.name);
            return Err(self.failed(attr.at.unwrap_or(at), message));
        }
        self.new_attrs(Attrs::sorted(attrs), at)
    }

    fn eval_call(
        &mut self,
        function: &Rc<Expr>,
        arguments: &[Rc<Expr>],
        scope: Scope,
        at: Span,
    ) -> Fallible<Val> {
        let mut value = self.eval(function, scope)?;
        for argument in arguments {
            let argument = self.delay(argument, scope)?;
            value = self.call(&value, argument, at)?;
        }
        Ok(value)
    }

    /// Applies a function.
    pub(super) fn call(&mut self, function: &Val, argument: Thunk, at: Span) -> Fallible<Val> {
        match function {
            Val::Closure(closure) => {
                let scope = self.pass(&closure.lambda, closure.scope, argument, at)?;
                self.eval(&closure.lambda.body, scope)
            }
            Val::Builtin(partial) => {
                let arguments: Vec<Thunk> = partial.arguments.iter().copied().chain([argument]).collect();
                if arguments.len() < partial.builtin.arity {
                    return Ok(Val::Builtin(Rc::new(Partial { builtin: partial.builtin, arguments })));
                }
                self.step(at)?;
                self.deeper(at, |machine| (partial.builtin.run)(machine, &arguments, at))
            }
            Val::Attrs(attrs) if attrs.get("__functor").is_some() => {
                Err(self.beyond(at, "a set that is called as a function"))
            }
            value => Err(self.failed(
                at,
                format!("attempt to call something which is not a function but {}", value.kind()),
            )),
        }
    }

    /// Opens the scope of a function's parameters.
    fn pass(&mut self, lambda: &Lambda, outer: Scope, argument: Thunk, at: Span) -> Fallible<Scope> {
        let Parameter::Pattern { bound, formals, open } = &lambda.parameter else {
            return Ok(self.heap.add_scope(vec![argument], Some(outer)));
        };
        let attrs = self.attrs(argument, at)?;
        let scope = self.heap.add_scope(Vec::new(), Some(outer));
        let mut slots = if *bound { vec![argument] } else { Vec::new() };
        let mut used = 0;
        for formal in formals {
            slots.push(match (attrs.get(&formal.name), &formal.default) {
                (Some(attr), _) => {
                    used += 1;
                    attr.thunk
                }
                (None, Some(default)) => self.delay(default, scope)?,
                (None, None) => {
                    let message = format!("function called without required argument '{}'", formal.name);
                    return Err(self.failed(at, message));
                }
            });
        }
        if !open && used < attrs.len() {
            let known = |name: &Name| formals.iter().any(|formal| formal.name == *name);
            let name = attrs.iter().find(|attr| !known(&attr.name)).map_or("", |attr| &*attr.name);
            return Err(self.failed(at, format!("function called with unexpected argument '{name}'")));
        }
        self.heap.fill(scope, slots);
        Ok(scope)
    }

    fn select(
        &mut self,
        from: &Rc<Expr>,
        path: &[AttrName],
        default: Option<&Rc<Expr>>,
        scope: Scope,
        at: Span,
    ) -> Fallible<Val> {
        let mut value = self.eval(from, scope)?;
        for name in path {
            let name = self.attr_name(name, scope)?;
            let found = match (&value, default) {
                (Val::Attrs(_) | Val::Builtins, _) | (_, None) => self.attribute(&value, &name, at)?,
                (_, Some(_)) => None,
            };
            value = match (found, default) {
                (Some(found), _) => found,
                (None, Some(default)) => return self.eval(default, scope),
                (None, None) => return Err(self.missing(at, &name)),
            };
        }
        Ok(value)
    }

    /// The attribute of what must be a set.
    fn attribute(&mut self, set: &Val, name: &Name, at: Span) -> Fallible<Option<Val>> {
        match set {
            Val::Attrs(attrs) => match attrs.get(name) {
                Some(attr) => self.force(attr.thunk, at).map(Some),
                None => Ok(None),
            },
            Val::Builtins => self.builtin_member(name, at),
            value => Err(self.expected(at, "a set", value)),
        }
    }

    fn has_attr(&mut self, of: &Rc<Expr>, path: &[AttrName], scope: Scope, at: Span) -> Fallible<Val> {
        let mut value = self.eval(of, scope)?;
        let mut names = path.iter().peekable();
        while let Some(name) = names.next() {
            let name = self.attr_name(name, scope)?;
            let thunk = match &value {
                Val::Attrs(attrs) => attrs.get(&name).map(|attr| attr.thunk),
                Val::Builtins => return Err(self.beyond(at, "asking which builtins there are")),
                _ => None,
            };
            match thunk {
                None => return Ok(Val::Bool(false)),
                // The last one is there, whatever it is.
                Some(thunk) if names.peek().is_some() => value = self.force(thunk, at)?,
                Some(_) => {}
            }
        }
        Ok(Val::Bool(true))
    }

    fn attr_name(&mut self, name: &AttrName, scope: Scope) -> Fallible<Name> {
        match name {
            AttrName::Static(name) => Ok(name.clone()),
            AttrName::Dynamic(expr) => match self.eval(expr, scope)? {
                Val::String(name, _) => Ok(name),
                value => Err(self.expected(expr.at, "a string", &value)),
            },
        }
    }
}
